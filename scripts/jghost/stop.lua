--- Stop plans, and the timeouts that carry them out.
--
-- A plan is data, the same on both systems: names of signals to send, and seconds to wait in between.
-- `{"term", 5, "dump", 1, "kill"}` asks, waits five seconds, asks for a core, waits one more, ends it.

local core = require "jghost.core"

local stop = {}

stop.default = { "term", 5, "kill" }

local plans = setmetatable({}, { __mode = "k" }) -- of processes that were given one of their own

local function is_seconds(value)
    return type(value) == "number" and value >= 0 -- and so no NaN
end

--- Raises an error unless `plan` is a stop plan.
---@param plan any
---@param where string how the user knows it, for the message
function stop.check(plan, where)
    if type(plan) ~= "table" or #plan == 0 then
        error(("%s must be a list such as {\"term\", 5, \"kill\"}, not %s"):format(where, tostring(plan)), 3)
    end
    for i, step in ipairs(plan) do
        if type(step) ~= "string" and not is_seconds(step) then
            error(("%s: step %d must be a signal's name or seconds, not %s"):format(where, i, tostring(step)), 3)
        end
        if type(step) == "string" and not core.is_signal(step) then
            error(("%s: step %d: no such signal '%s' (such as term, kill, int, hup, dump)"):format(where, i, step), 3)
        end
    end
end

--- Carries out a stop plan, and waits until the process has ended.
---@param plan? table a stop plan; the process's own unless told, else {"term", 5, "kill"}
---@return table status
function core.process_methods.stop(process, plan)
    if plan ~= nil then
        stop.check(plan, "process:stop: the plan")
    end
    local sent = true
    for _, step in ipairs(plan or plans[process] or stop.default) do
        if type(step) == "string" then
            sent = process:signal(step) -- nil: it has just ended, or can't be asked that way
        elseif process:wait(sent and step or 0) then
            break
        end
    end
    return process:wait()
end

local function watch(process, seconds)
    if not process:wait(seconds) then
        process:mark_timed_out()
        process:stop()
    end
end

core.on_spawn(stop.check, function(process, timeout, plan)
    plans[process] = plan
    if timeout then
        core.task(watch, process, timeout)
    end
end)

return stop
