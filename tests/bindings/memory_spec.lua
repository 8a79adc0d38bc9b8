-- memory_spec.lua: every allocation of spawning, capturing and waiting fails once, one after the other.
-- Each time the script gets an error or goes on without; nothing crashes, hangs or is left behind.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local support = require "tests.support"

local script = [[
    local jg = require "jghost"
    local function work()
        local result, message = jg.run { arg[1], "flood", "100000", env = { A = "b" }, timeout = 60 }
        if not result then error(message, 0) end
        assert(#result.stdout == 100000 or result.stdout_omitted > 0)
        local leaky, why = jg.run { arg[1], "fork", "hang", "--", "exit", "0", leaks = "fail", timeout = 60 }
        if not leaky then error(why, 0) end
        assert(tostring(leaky):find "and leaked ", tostring(leaky))
        local job <close> = assert(jg.job { leaks = "fail" })
        local cat = assert(job:spawn { arg[1], "cat", stdin = "pipe", stdout = "pipe" })
        assert(cat.stdin:write "text\n")
        local line, message = cat.stdout:read "l"
        assert(line == "text", message)
        local task = jg.task(function() return jg.wait_any({ cat, jg.timer(60) }) end)
        cat.stdin:close()
        assert(task:wait() == cat)
        local shown, message = jg.run { arg[1], "print", "text", pty = true, stdin = "null", timeout = 60 }
        if not shown then error(message, 0) end
        assert(shown.stdout:find "text" or shown.stdout_omitted > 0)
    end
    local ok, why = pcall(work)
    if not ok and not tostring(why):lower():find "memory" then error(why, 0) end
    work() -- whatever has failed, it works again
    print(ok)
]]

local script_file
fixture.script(script, function(file) script_file = file end)

-- Runs the script with the nth allocation refused, and so many after it.
local function run_with_failure(n, count)
    local job <close> = jg.job {}
    local process, marker = support.start(job, {
        support.fault, script_file, support.child, stdout = "capture", stderr = "capture", timeout = 120,
        env = { JGHOST_FAIL_ALLOCATION = tostring(n), JGHOST_FAIL_COUNT = tostring(count) },
    })
    local status = process:wait()
    local seen = ("allocation %d: %s\n%s%s"):format(n, status, process.stdout, process.stderr)
    assert.is_false(status.timed_out, seen)
    assert.is_true(status.code == 0 or (status.code == 1 and process.stderr:lower():find "memory" ~= nil), seen)
    assert.equal("", support.survivors(marker))
end

-- Root's run refuses each; an ordinary user's, where what is different is asked of a reaper, every third.
local is_root = not expect.shell or jg.run({ "id", "-u" }).stdout == "0\n"
local step = expect.allocations * (is_root and 1 or 3)

for _, count in ipairs { 1, 2 } do
    it(("survives the refusal of %d allocations in a row, wherever"):format(count), function()
        local all = assert(jg.run { support.fault, script_file, support.child,
            env = { JGHOST_COUNT_ALLOCATIONS = "yes" } })
        assert.equal("true\n", all.stdout)
        local total = tonumber(all.stderr:match "(%d+) allocations")
        assert.is_true(total > 500, all.stderr)
        for n = 1 + (count - 1) * (step // 2), total, step * count do
            run_with_failure(n, count)
        end
    end)
end
