--- jghost.leaks: who is left in a job when those have ended whom the script has spawned in it, and what is to be
--- done about that.
--
-- A leak is nobody's: the script hasn't spawned it, and it doesn't descend from one whom the script has spawned and
-- who still runs. A server's workers are the server's; a daemon is a leak, and so is what an ended test has left.

local core = require "jghost.core"
local misuse = require "jghost.misuse"
local snapshots = require "jghost.snapshots"

local leaks = {}

local strictness = { allow = 0, warn = 1, fail = 2 }

--- Raises an error unless `policy` is one.
---@param policy any
---@param where string how the user knows it, for the message
function leaks.check(policy, where)
    if policy == nil or not strictness[policy] then
        misuse.raise('%s must be "allow", "warn" or "fail", not %s', where, misuse.describe(policy))
    end
end

--- Has it ended? One whose first thread has ended looks so, and goes on by its others.
local function is_dead(process)
    return process.state == "zombie" and (process.threads or 1) < 2
end

--- Is it one whom the script has spawned, or does it descend from such a one that still runs?
local function is_in_care(process, living)
    local seen = {}
    while process and not process.spawned and not seen[process] do
        seen[process] = true -- numbers are given again, and might lead in a circle
        process = living[process.local_parent]
    end
    return process and process.spawned
end

--- The leaks among the processes of a job. They are told apart by our own world's numbers: those of isolated jobs may
--- mean several.
local function among(processes)
    local living, found = {}, {}
    for _, process in ipairs(processes) do
        if not is_dead(process) then
            living[process.local_pid] = process
        end
    end
    for _, process in ipairs(processes) do
        if not (process.internal or process.ending or is_dead(process) or is_in_care(process, living)) then
            found[#found + 1] = process
            process.parent = living[process.local_parent] and process.parent -- else it is who adopts the orphans
        end
    end
    return found
end

--- Who in the job has leaked? A list of tables as job:processes() has them, each with `holds`.
---@return table|nil leaked nil, message, code, name: it isn't to be known
function core.job_methods.leaked(job)
    misuse.call("job:leaked", "settle", core.settle, job)
    local processes, message, code, name = job:processes()
    if not processes then
        return nil, message, code, name
    end
    local leaked = setmetatable({}, snapshots.leaks)
    for _, process in ipairs(among(processes)) do
        local holds, _, _, why = job:held_by(process.local_pid)
        if why ~= "gone" then
            process.holds = holds
            leaked[#leaked + 1] = setmetatable(process, snapshots.leak)
        end
    end
    return leaked
end

local SHOWN = 3 -- of those who have leaked

--- Who has leaked, in a few words: "sleep (pid 42, holds stdout) and 2 more".
---@param leaked table list
---@return string
function leaks.describe(leaked)
    local texts = {}
    for i = 1, math.min(#leaked, SHOWN) do
        local process = leaked[i]
        local has_some = process.holds and #process.holds > 0
        local holds = has_some and ", holds " .. snapshots.holdings(process) or ""
        texts[i] = ("%s (pid %d%s)"):format(snapshots.one_line(process.name), process.pid, holds)
    end
    local last = #leaked > SHOWN and ("%d more"):format(#leaked - SHOWN) or table.remove(texts)
    return #texts == 0 and last or table.concat(texts, ", ") .. " and " .. last
end

--- Tells the user of a leak that is no failure.
function leaks.warn(who, what)
    io.stderr:write(("jghost: %s %s\n"):format(snapshots.one_line(who), what))
end

--- Says who has leaked from a job, or raises it if leaks are failures, unless there is an error already.
local function tell(job, policy, failing)
    local leaked, message = job:leaked()
    if leaked and #leaked == 0 then
        return
    end
    local who = job.name and "job " .. job.name or "a job"
    local what = leaked and "leaked " .. leaks.describe(leaked) or "may have leaked: " .. message
    if policy == "fail" and not failing then
        misuse.raise("%s %s", who, what)
    end
    leaks.warn(who, what)
end

--- Looks at a job that is about to be closed, and at those inside it that are stricter, which are closed with it.
--- Raises the first leak that is a failure. Another task may close any of them while it is waited for those who are
--- being spawned: then it was that task's to look.
local function look(job, policy, failing, told)
    local first
    policy = policy or "allow"
    if strictness[policy] > strictness[told or "allow"] then
        local ok, message = pcall(tell, job, policy, failing)
        first, told = not ok and core.is_open(job) and message or nil, policy
    end
    for _, inner in ipairs(core.is_open(job) and job:jobs() or {}) do
        if core.is_open(inner) then
            local ok, message = pcall(look, inner, core.leaks_of(inner), failing or first ~= nil, told)
            first = first or not ok and message or nil
        end
    end
    if first then
        error(first, 0)
    end
end

core.on_close(leaks.check, look)

return leaks
