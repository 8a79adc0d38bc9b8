--- Stop plans, and the timeouts that carry them out.
--
-- A plan is data, the same on both systems: names of signals to send, and seconds to wait in between.
-- `{"term", 5, "dump", 1, "kill"}` asks, waits five seconds, asks for a core, waits one more, ends it.

local core = require "jghost.core"
local misuse = require "jghost.misuse"

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
        misuse.raise("%s must be a list such as {\"term\", 5, \"kill\"}, not %s", where, misuse.describe(plan))
    end
    for i, step in ipairs(plan) do
        if type(step) ~= "string" and not is_seconds(step) then
            misuse.raise("%s: step %d must be a signal's name or seconds, not %s", where, i, misuse.describe(step))
        end
        local is_signal, why = true, nil
        if type(step) == "string" then
            is_signal, why = core.is_signal(step)
        end
        if not is_signal then
            misuse.raise("%s: step %d: %s", where, i, why)
        end
    end
end

--- Carries out a stop plan, and waits until the process has ended.
---@param plan? table a stop plan; the process's own unless told, else {"term", 5, "kill"}
---@return table? status nil, message, code, name: it runs on, since the plan's last signal couldn't be sent
function core.process_methods.stop(process, plan)
    if core.process_methods ~= (getmetatable(process) or {}).methods then
        misuse.raise("process:stop: a process was expected, got %s", misuse.describe(process))
    end
    if plan ~= nil then
        stop.check(plan, "process:stop: the plan")
    end
    local sent, refusal = true, nil
    for _, step in ipairs(plan or plans[process] or stop.default) do
        if type(step) == "string" then
            local result = table.pack(process:signal(step)) -- nil: it has just ended, or can't be asked that way
            sent, refusal = result[1], not result[1] and result[4] ~= "gone" and result
        elseif process:wait(sent and step or 0) then
            break
        end
    end
    if refusal and not process:wait(0) then
        return table.unpack(refusal, 1, 4)
    end
    return process:wait()
end

local function watch(process, seconds)
    if not process:wait(seconds) then
        process:mark_timed_out()
        if not process:stop() then
            process:signal "kill" -- a plan that this system can't carry out is no reason to let it run on
        end
    end
end

core.on_spawn(stop.check, function(process, timeout, plan)
    plans[process] = plan
    if timeout then
        core.task(watch, process, timeout).name = "timeout"
    end
end)

return stop
