-- detaching.lua: what the specs of detached processes share: runs that may detach, and what is left of them.
--
-- Whatever they detach is in the job of the test that started the run, which ends it if the test doesn't.

local assert = require "luassert"
local busted = require "busted"
local expect = require "tests.expect"
local jg = require "jghost"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local detaching = {}

-- What a run's script begins with: `child` is the test child, `hang(...)` detaches it, `...` are its words.
local prelude = [[
    jg = require "jghost"
    child = table.remove(arg, 1)
    function hang(options)
        options = options or {}
        options[1], options[2] = child, "hang"
        return assert(jg.detach(options))
    end
    function say(...)
        print(...)
        io.stdout:flush()
    end
]]

local function command(level, script, ...)
    return { support.jghost, "--level=" .. level, "--allow-detach", "-e", prelude .. script, "-", helper.child, ... }
end

--- A new folder for each test, for the log and other files: hands its path to `use`, and removes it after the test.
function detaching.folder(use)
    local folder
    busted.before_each(function()
        folder = helper.folder()
        use(folder)
    end)
    busted.after_each(function()
        helper.remove(folder)
    end)
end

--- The environment of whoever is to have the log in `folder`.
function detaching.environment(folder)
    return { [expect.state] = folder }
end

--- Starts a run in `job` with a script that may detach. Returns the guard, whose stdout is a pipe, and the marker.
function detaching.start(job, folder, level, script, ...)
    local options = command(level, script, ...)
    options.env, options.stdin, options.stdout = detaching.environment(folder), "null", "pipe"
    options.stderr = "capture"
    return support.start(job, options)
end

--- The same to its end, which must be a good one. Returns what it printed, and the marker.
function detaching.says(job, folder, level, script, ...)
    local guard, marker = detaching.start(job, folder, level, script, ...)
    local text = guard.stdout:read "a"
    local status = assert(guard:wait(60), "the guard doesn't end")
    assert.is_true(status.ok, ("%s: %s%s"):format(status, text, guard.stderr))
    return text, marker
end

--- The log: its lines.
function detaching.log(folder)
    local lines = {}
    for line in support.read_any(folder .. "/jghost/detached"):gmatch "[^\n]+" do
        lines[#lines + 1] = line
    end
    return lines
end

--- The numbers of those that jghost --list shows as detached, and its output.
function detaching.listed(folder)
    local result = support.run({ "--list" }, { env = detaching.environment(folder) })
    assert.equal(0, result.code, result.stderr)
    local pids = {}
    for pid in (result.stdout:match "PID +STARTED +COMMAND\n(.*)" or ""):gmatch "(%d+) +%d+%-%d+%-%d+ %d+:%d+:%d+ " do
        pids[#pids + 1] = tonumber(pid)
    end
    table.sort(pids)
    return pids, result.stdout
end

--- Waits until of all who have the marker only those with these numbers are left. Returns what else there is, as text.
function detaching.others(marker, pids)
    local spared, left = {}, {}
    for _, pid in ipairs(pids) do
        spared[pid] = true
    end
    for _, process in ipairs(support.marked(marker)) do
        local is_console = process.command:find("conhost.exe", 1, true) -- of one of them: ends with it
        local handle = not spared[process.pid] and not is_console and jg.open(process.pid) -- nil: it has just ended
        if handle and not handle:wait(60) then
            left[#left + 1] = ("%d %s (%s)"):format(process.pid, process.command, process.name)
        end
    end
    return table.concat(left, ", ")
end

--- Ends one of them; an error if it doesn't live.
function detaching.finish(pid)
    local process = assert(jg.open(pid))
    assert.is_nil(process.status)
    assert(process:signal "kill")
    assert(process:wait(60))
end

return detaching
