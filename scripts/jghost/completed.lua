--- jg.completed: handles in the order in which they end.
--
-- wait_any looks at its whole list each time; for many handles this is what to use: each is joined
-- once, and a wake-up costs the same however many there are.

local core = require "jghost.core"
local misuse = require "jghost.misuse"

--- Iterates over handles as each is signalled. Doesn't take a failed task's error: wait for it.
---@param handles table list of processes, jobs, tasks, timers, events or streams
---@return fun(): any
local function completed(handles)
    if type(handles) ~= "table" then
        misuse.raise("jg.completed: a table of handles was expected, got %s", misuse.describe(handles))
    end
    misuse.call("jg.completed", "wait_all", core.wait_all, handles, 0) -- looks at what is in the list
    local queue, first, left = {}, 1, #handles
    local arrived = core.event()
    for _, handle in ipairs(handles) do
        core.task(function()
            core.wait_any { handle }
            queue[#queue + 1] = handle
            arrived:set()
        end).name = "jg.completed"
    end
    return function()
        while left > 0 and not queue[first] do
            arrived:reset()
            arrived:wait()
        end
        if left == 0 then
            arrived:set() -- for whoever else is asking
            return nil
        end
        local handle = queue[first]
        queue[first] = false
        first, left = first + 1, left - 1
        if left == 0 then
            arrived:set()
        end
        return handle
    end
end

return completed
