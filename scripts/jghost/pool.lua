--- jghost.pool: calls a function for each item of a list, so many at a time.

local core = require "jghost.core"
local completed = require "jghost.completed"
local misuse = require "jghost.misuse"

local pool = {}

local crew = {}

--- However pool.map ends, its tasks do, too.
function crew.__close(tasks)
    for _, task in ipairs(tasks) do
        task:cancel()
        pcall(task.wait, task) -- an error of its own, now that there has been one, is nobody's matter
    end
end

--- The index of the first nil below something else in a list; nil if there is none.
local function first_hole(items)
    for i = 1, #items do
        if items[i] == nil then
            return i
        end
    end
    for key in next, items do
        if math.type(key) == "integer" and key > #items then
            return #items + 1
        end
    end
end

local function check(size, items, work)
    if math.type(size) ~= "integer" or size < 1 then
        misuse.raise("pool.map: the size must be an integer, 1 or more, not %s", misuse.describe(size))
    end
    if type(items) ~= "table" then
        misuse.raise("pool.map: the items must be a list, not %s", misuse.describe(items))
    end
    if type(work) ~= "function" then
        misuse.raise("pool.map: the work must be a function, not %s", misuse.describe(work))
    end
    local hole = getmetatable(items) == nil and first_hole(items)
    if hole then
        misuse.raise("pool.map: the items have a hole: item %d is nil, and others follow", hole)
    end
end

--- Calls `work(item, index)` for each item, at most `size` at the same time, each in a task of its own.
--- The first error of one is raised here, and the others are cancelled.
---
---     local results = pool.map(4, { "a", "b", "c" }, function(name)
---         return jg.run { "./test", name }
---     end)
---@param size integer how many at a time, 1 or more
---@param items table list
---@param work fun(item: any, index: integer): any
---@return table results the first result of each call, by the item's index
function pool.map(size, items, work)
    check(size, items, work)
    local results, next_index = {}, 1
    local tasks <close> = setmetatable({}, crew)
    for worker = 1, math.min(size, #items) do
        tasks[worker] = core.task(function()
            while next_index <= #items do
                local index = next_index
                next_index = index + 1
                results[index] = work(items[index], index)
            end
        end)
        tasks[worker].name = "pool.map"
    end
    for task in completed(tasks) do
        task:wait() -- raises its error, if it has failed
    end
    return results
end

--- How many processors there are: a good size for a pool.
---@return integer
function pool.size()
    return core.processors()
end

return pool
