--- jghost.pool: calls a function for each item of a list, so many at a time.

local core = require "jghost.core"

local pool = {}

--- Calls `work(item, index)` for each item, at most `size` at the same time, each in a task of its own.
---
---     local results = pool.map(4, { "a", "b", "c" }, function(name)
---         return jg.run { "./test", name }
---     end)
---@param size integer how many at a time, 1 or more
---@param items table list
---@param work fun(item: any, index: integer): any
---@return table results the first result of each call, by the item's index
function pool.map(size, items, work)
    if math.type(size) ~= "integer" or size < 1 then
        error("pool.map: the size must be an integer, 1 or more, not " .. tostring(size), 2)
    end
    local results, tasks, next_index = {}, {}, 1
    for worker = 1, math.min(size, #items) do
        tasks[worker] = core.task(function()
            while next_index <= #items do
                local index = next_index
                next_index = index + 1
                results[index] = work(items[index], index)
            end
        end)
    end
    for _, task in ipairs(tasks) do
        local ok, message = pcall(task.wait, task)
        if not ok then
            for _, other in ipairs(tasks) do
                other:cancel()
            end
            error(message, 0)
        end
    end
    return results
end

--- How many processors there are: a good size for a pool.
---@return integer
function pool.size()
    return core.processors()
end

return pool
