-- exhausted_spec.lua: out of descriptors or processes: an error that says so, and no hang.

local jg = require "jghost"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- Spawns until it is refused, prints how, then closes the job, and shows that it goes on.
local script = [[
    local jg = require "jghost"
    local child, isolate, stdout = arg[1], arg[2] == "isolated", arg[3]
    local memory = arg[2] == "limited" and "1G" or nil
    local job = jg.job { isolate = isolate, memory = memory, best_effort = true }
    local refused
    for i = 1, 300 do
        local process, message, code, name = job:spawn { child, "hang", stdout = stdout }
        if not process then
            refused = name .. " " .. message
            break
        end
    end
    print(refused)
    job:close()
    collectgarbage()
    collectgarbage()
    local again = jg.job { isolate = isolate }
    local process = assert(again:spawn { child, "exit", "3", stdout = stdout })
    print(process:wait())
]]

-- What is in a job with a limit of processor time goes on until that is used up.
local endless = [[
    local jg = require "jghost"
    local limited = assert(jg.job { isolate = arg[2] == "isolated", cpu_time = 0.3 })
    local process = assert(limited:spawn { arg[1], "spin" })
    local files = {}
    repeat
        local file = io.open "/dev/null"
        files[#files + 1] = file
    until not file
    print(process:wait(60).limit)
    print(process.status.user_time + process.status.system_time)
]]

local function exhaust(limit, kind, stdout)
    local result = assert(jg.run {
        "prlimit", limit, helper.jghost, "-", helper.child, kind, stdout, input = script, timeout = 60,
    })
    assert.is_true(result.ok, tostring(result) .. result.stderr)
    assert.truthy(result.stdout:find "exit 3", result.stdout)
    assert.same({}, result.leaked)
    return result.stdout
end

-- What is asked of a job with a process in a job inside it, while none to six descriptors are free: either all of it
-- is known, or it is said what is lacking.
local asking = [[
    local jg = require "jghost"
    local child, kind = arg[1], arg[2]
    local job = assert(jg.job { isolate = kind == "isolated", memory = kind == "limited" and "1G" or nil })
    assert(assert(job:job()):spawn { child, "hang" })
    local host_pid = job:processes()[1].host_pid
    local is_whole = {
        processes = function(list) return #list == 1 and list[1].host_pid == host_pid end,
        leaked = function(list) return #list == 0 end,
        usage = function(usage) return usage.active_processes == 1 and usage.user_time end,
    }
    local files = {}
    local function leave(free)
        for file in function() return io.open "/dev/null" end do
            files[#files + 1] = file
        end
        for _ = 1, free do
            table.remove(files):close()
        end
    end
    for free = 0, 6 do
        for what, check in pairs(is_whole) do
            leave(free)
            local value, message, _, name = job[what](job)
            assert(value and check(value) or name == "no_descriptors", ("%s, %d free: %s"):format(what, free, message))
            assert(not value == (free == 0) or free > 0 and free < 6)
        end
    end
]]

-- How many tasks our user has, since that is what the limit counts.
local function tasks_of_user()
    local list = assert(jg.run { "ps", "-L", "--no-headers", "-o", "lwp", "-U", tostring(jg.run({ "id",
        "-ru" }).stdout + 0) })
    return select(2, list.stdout:gsub("\n", ""))
end

for kind in pairs(helper.kinds) do
    describe("in a job that is " .. kind, function()
        for _, stdout in ipairs { "capture", "pipe" } do
            it("no descriptors are left, with stdout=" .. stdout, function()
                local output = exhaust("--nofile=80:80", kind, stdout)
                assert.truthy(output:find "^no_descriptors .*oo many open files", output)
            end)
        end

        it("no descriptors are left for handles of processes", function()
            local output = exhaust("--nofile=80:80", kind, "inherit") -- some kinds can do without
            assert.truthy(output:find "^no_descriptors .*oo many open files" or output:find "^nil\n", output)
        end)

        it("too few descriptors are left to ask what is in it", function()
            local result = assert(jg.run {
                "prlimit", "--nofile=80:80", helper.jghost, "-e", asking, "-", helper.child, kind, timeout = 60,
            })
            assert.is_true(result.ok, tostring(result) .. result.stderr)
        end)

        it("the limit of processor time holds though no descriptors are left", function()
            local result = assert(jg.run {
                "prlimit", "--nofile=80:80", helper.jghost, "-", helper.child, kind, input = endless, timeout = 120,
            })
            assert.is_true(result.ok, tostring(result) .. result.stderr)
            local said, used = result.stdout:match "^(.-)\n(.-)\n"
            assert.equal("cpu_time", said)
            assert.is_true(tonumber(used) < 0.7, used)
        end)

        it("no processes are left", function()
            if jg.run({ "id", "-u" }).stdout == "0\n" then
                pending "root has no such limit"
            end
            local output = exhaust(("--nproc=%d"):format(tasks_of_user() + 40), kind, "capture")
            assert.truthy(output:find "^no_processes .*Resource temporarily unavailable", output)
        end)
    end)
end

-- All that a script does with one process at a time: pipes, captures, leaks, an isolated job if there is one.
local modest = [[
    local jg = require "jghost"
    for _, kind in ipairs { "plain", arg[2] } do
        local job = assert(jg.job { isolate = kind == "isolated" })
        local process = assert(job:spawn { arg[1], "cat", stdin = "pipe", stdout = "capture", stderr = "capture" })
        assert(process.stdin:write "written ")
        process.stdin:close()
        assert(process:wait().ok)
        assert(job:spawn { arg[1], "daemonise", "hang", stdout = "capture", stderr = "capture" }):wait()
        assert(#job:processes() == 1 and #assert(job:leaked()) == 1)
        job:close()
        io.write(process.stdout, assert(jg.run { arg[1], "cat", input = "passed on " }).stdout)
    end
]]

for _, level in ipairs(support.levels()) do
    it("a run at level " .. level .. " has enough descriptors for one process, or says at the start that it hasn't",
        function()
            local kind = helper.kinds.isolated and level ~= "reaper" and "isolated"
            local refused, done = 0, 0
            for limit = 3, 72 do
                local result = assert(jg.run { "prlimit", ("--nofile=%d:%d"):format(limit, limit), helper.jghost,
                    "--level=" .. level, "-e", modest, "-", helper.child, kind or nil, stdin = "null", timeout = 60,
                    env = { ASAN_OPTIONS = "detect_leaks=0" } }) -- for which a limit can be too low, too
                if result.ok then
                    assert.equal(("written passed on "):rep(kind and 2 or 1), result.stdout)
                    done = done + 1
                else
                    -- 127: it's the loader that has too few
                    assert.is_true(result.code == 125 or result.code == 127, ("%d: %s"):format(limit, result))
                    assert.matches("^[^\n]+\n$", result.stderr)
                    assert.equal("", result.stdout)
                    assert.equal(0, done, "it worked with fewer")
                    refused = refused + 1
                end
            end
            assert.is_true(refused > 0 and done > 0, ("%d were refused, %d done"):format(refused, done))
        end)
end

it("a limit that may be raised is raised, and children get theirs back", function()
    local result = assert(jg.run { "prlimit", "--nofile=20:1000", helper.jghost, "-e", [[
        io.write(require "jghost".run { "sh", "-c", "ulimit -Sn && ulimit -Hn" }.stdout)
    ]], timeout = 60 })
    assert.equal("20\n1000\n", result.stdout, result.stderr)
end)
