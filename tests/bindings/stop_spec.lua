-- stop_spec.lua: timeouts, stop plans, signals, and the status that comes of them.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local job

fixture.job(function(new) job = new end)

-- Starts words of the child, and waits until it is ready for what comes.
local function start(words, options)
    local command = helper.verbs(words, options)
    command.stdout = "pipe"
    local process = assert(job:spawn(command))
    assert.equal("ready", process.stdout:read("l", 60))
    return process
end

describe("a status", function()
    it("of an exit has a code", function()
        for _, code in ipairs { 0, 1, 127, 255 } do
            local status = helper.spawn(job, { "exit", tostring(code) }):wait()
            assert.equal(code, status.code)
            assert.equal(code == 0, status.ok)
            assert.is_nil(status.signal)
            assert.is_false(status.timed_out)
            assert.truthy(tostring(status):find(("^exit %d after %%d+%%.%%d%%d s$"):format(code)), tostring(status))
        end
    end)

    it("of a death by signal has its name", function()
        for signal, ending in pairs(expect.deaths) do
            local status = helper.spawn(job, { "signal", signal }, { stderr = "null" }):wait()
            assert.equal(ending, support.ending(status))
            assert.equal(math.type(ending) ~= "integer", status.code == nil)
            assert.is_false(status.ok)
            assert.truthy(tostring(status):find(expect.death_text:format(ending), 1, true))
        end
    end)

    it("tells what was used", function()
        local status = helper.spawn(job, { "burn", "0.05" }):wait()
        assert.is_true(status.wall >= 0.05)
        assert.is_true(status.user_time + status.system_time >= 0.03)
    end)

    it("tells how much memory was used", function()
        helper.needs(pending, "peak_memory")
        local status = helper.spawn(job, { "allocate", "30M" }):wait()
        assert.is_true(status.peak_memory >= 30 << 20)
        assert.equal("integer", math.type(status.peak_memory))
    end)

    it("is the same for all who ask", function()
        local process = helper.spawn(job, { "wait-eof" }, { stdin = "pipe" })
        assert.is_nil(process.status)
        process.stdin:close()
        local status = process:wait()
        assert.equal(status, process:wait())
        assert.equal(status, process:wait(0))
        assert.equal(status, process.status)
        assert.equal("jghost.status", getmetatable(status).__name)
    end)

    it("makes the process say that it has ended", function()
        local process = start { "ready", "hang" }
        assert.equal(("process %s (pid %d)"):format(process.name, process.pid), tostring(process))
        process:signal "kill"
        process:wait()
        assert.equal(("process %s (ended)"):format(process.name), tostring(process))
    end)
end)

describe("process:signal", function()
    local hangs = { "ready", "hang" }
    if expect.proc then
        table.insert(hangs, 1, "undumpable") -- or there would be a core
    end

    for name, signal in pairs(expect.signals) do
        it("sends " .. name, function()
            local process = start(hangs)
            if signal.lacking then
                helper.needs(pending, signal.lacking)
            end
            if signal.refused then
                assert.equal("not_supported", select(4, process:signal(name)))
                assert.is_nil(process:wait(0.01), "and nothing has happened")
            else
                assert.is_true(process:signal(name))
                assert.equal(signal.ending, support.ending(assert(process:wait(60))))
            end
        end)
    end

    it("stops and continues", function()
        helper.needs(pending, "stop_signals")
        local process = helper.spawn(job, { "cat" }, { stdin = "pipe", stdout = "pipe" })
        assert.is_true(process:signal "stop")
        process.stdin:write "x\n"
        assert.equal("timeout", select(2, process.stdout:read("l", 0.03)))
        assert.is_true(process:signal "cont")
        assert.equal("x", process.stdout:read("l", 60))
    end)

    it("says that a process has ended", function()
        local process = helper.spawn(job, { "exit", "0" })
        process:wait()
        local ok, message, _, name = process:signal "term"
        assert.is_nil(ok)
        assert.equal("cannot signal the process: it has ended", message)
        assert.equal("gone", name)
    end)
end)

describe("a timeout", function()
    it("ends the process by the usual plan, and says so", function()
        local process = start({ "ready", "hang" }, { timeout = expect.soon })
        local status = assert(process:wait(60))
        assert.equal(expect.stopped, support.ending(status))
        assert.is_true(status.timed_out)
        assert.is_false(status.ok)
        assert.truthy(tostring(status):find("^" .. expect.stopped_text .. " %(timed out%) after "))
    end)

    it("gives the process a chance to end well, which isn't ok either", function()
        helper.needs(pending, "requests")
        local process = start({ "expect-term", "0", "ready", "hang" }, { timeout = expect.soon })
        local status = assert(process:wait(60))
        assert.equal(0, status.code)
        assert.is_true(status.timed_out)
        assert.is_false(status.ok)
        assert.truthy(tostring(status):find "^exit 0 %(timed out%)")
        assert.equal("terminated", process.stdout:read())
    end)

    it("carries out the process's own plan", function()
        helper.needs(pending, "other_signals")
        local process = start({ "ignore-term", "undumpable", "ready", "hang" }, { timeout = 0.01, stop = { "term",
            0.01, "dump" } })
        assert.equal("ABRT", assert(process:wait(60)).signal)
    end)

    it("of zero ends it at once", function()
        local status = assert(helper.spawn(job, { "hang" }, { timeout = 0, stop = { "kill" } }):wait(60))
        assert.equal(expect.killed, support.ending(status))
        assert.is_true(status.timed_out)
    end)

    it("does nothing to one that ends in time", function()
        local status = helper.spawn(job, { "exit", "0" }, { timeout = 1000 }):wait()
        assert.is_true(status.ok)
        assert.is_false(status.timed_out)
    end)

    it("of infinity is none", function()
        assert.is_true(helper.spawn(job, { "exit", "0" }, { timeout = math.huge }):wait().ok)
    end)

    it("doesn't hold the script's end up", function()
        local result = helper.script('require "jghost".job():spawn { arg[1], "hang", timeout = 1e6 }', "-",
            helper.child)
        assert.equal(0, result.code)
        result = helper.script('require "jghost".job():spawn({ arg[1], "exit", "0", timeout = 1e6 }):wait()', "-",
            helper.child)
        assert.equal(0, result.code)
    end)

    it("doesn't touch a grandchild; the job does", function()
        local process = start({ "fork", "hang", "--", "ready", "hang" }, { timeout = expect.soon })
        assert.is_true(assert(process:wait(60)).timed_out)
        assert.equal(1, #job:processes())
    end)
end)

describe("process:stop", function()
    it("asks, and returns the status", function()
        assert.equal(expect.stopped, support.ending(start({ "ready", "hang" }):stop()))
    end)

    it("asks one that ends well", function()
        helper.needs(pending, "requests")
        assert.equal(4, start({ "expect-term", "4", "ready", "hang" }):stop().code)
    end)

    it("carries out a plan", function()
        local process = start { "ignore-term", "ready", "hang" }
        local status = process:stop { "term", 0.01, "usr1", 1000, "kill" }
        assert.equal(expect.signals.usr1.ending or expect.killed, support.ending(status))
        assert.is_false(status.timed_out)
    end)

    it("goes on as soon as the process has ended", function()
        local began = jg.now()
        start({ "ready", "hang" }):stop { "term", 1000, "kill", 1000 }
        assert.is_true(jg.now() - began < 900)
    end)

    it("waits first if the plan says so", function()
        local process = helper.spawn(job, { "wait-eof" }, { stdin = "pipe" })
        process.stdin:close()
        assert.is_true(process:stop({ 60, "kill" }).ok)
    end)

    it("ends one that is stopped", function()
        helper.needs(pending, "stop_signals")
        local process = start { "ready", "hang" }
        process:signal "stop"
        assert.equal(expect.killed, support.ending(process:stop({ "kill" })))
    end)

    it("prefers its own plan to the process's", function()
        helper.needs(pending, "other_signals")
        local process = start({ "ready", "hang" }, { stop = { "usr1" } })
        assert.equal("USR2", process:stop({ "usr2" }).signal)
        assert.equal("USR1", start({ "ready", "hang" }, { stop = { "usr1" } }):stop().signal)
    end)

    it("of one that has ended returns its status", function()
        local process = helper.spawn(job, { "exit", "3" })
        local status = process:wait()
        assert.equal(status, process:stop())
        assert.equal(status, process:stop { "kill" })
    end)

    it("may be called by several tasks", function()
        local process = start { "ready", "hang" }
        local tasks = {}
        for i = 1, 5 do
            tasks[i] = jg.task(process.stop, process)
        end
        for _, task in ipairs(tasks) do
            assert.equal(expect.stopped, support.ending(task:wait(60)))
        end
    end)

    if expect.signals.usr1.refused then
        it("waits for nothing if the plan can't be carried out to its end", function()
            local process = start { "ready", "hang" }
            assert.equal("not_supported", select(4, process:stop { "usr1" }))
            assert.is_nil(process:wait(0))
            process = start({ "ready", "hang" }, { timeout = expect.soon, stop = { "usr1", 0.01, "usr2" } })
            assert.equal(expect.killed, support.ending(assert(process:wait(60))))
        end)
    end

    for what, plan in pairs {
        ["an empty list"] = {}, ["no list"] = "kill", ["a wrong step"] = { "term", true },
            ["negative seconds"] = { "term", -1 },
        ["NaN"] = { "term", 0 / 0 }, ["an unknown signal"] = { "trem", 1, "kill" },
    } do
        it("refuses as a plan: " .. what, function()
            local process = start { "ready", "hang" }
            local ok, message = pcall(process.stop, process, plan)
            assert.is_false(ok)
            assert.truthy(message:find "process:stop" or message:find "no such signal", message)
            assert.is_nil(process:wait(0), "and nothing has happened")
            local spawned
            ok, message = pcall(function() spawned = job:spawn { helper.child, "hang", stop = plan } end)
            assert.is_false(ok, "spawn checks its plan, too, when it is given")
            assert.truthy(message:find "option 'stop'", message)
            assert.is_nil(spawned)
        end)
    end
end)
