-- messages_spec.lua: what the system tells of a job's emptiness may be lost: a job object's messages, as their
-- documentation says, and the events of a cgroup (so it is on some Linux 7). Here, all of it is.

local jg = require "jghost"
local expect = require "tests.expect"
local support = require "tests.support"

local lost = expect.shell and "EPOLLPRI,pidfd_open" or "messages"

local function losing(refused)
    return { JGHOST_REFUSE = refused, JGHOST_REFUSE_AFTER = expect.shell and "harness-entered" or nil }
end

local function run(refused, ...)
    local result = assert(jg.run { support.fault, timeout = 110, env = losing(refused), ... })
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stdout .. result.stderr)
    assert.same({}, result.leaked)
    return (result.stdout:gsub("\r", ""))
end

describe("when a job's messages are lost", function()
    it("its end is seen all the same, whoever was the last in it", function()
        assert.equal("true\ntrue\ntrue\n", run(lost, "-e", [[
            local jg = require "jghost"
            local outer = jg.job {}
            local inner = outer:job {}
            assert(inner:spawn { arg[1], "exit", "0" })
            print(inner:wait(60))
            assert(inner:spawn { arg[1], "daemonise", "sleep", "0.5" }:wait(60))
            print(outer:wait(60))
            assert(outer:spawn { arg[1], "daemonise", "hang" }:wait(60))
            outer:terminate()
            print(outer:wait(60))
        ]], "-", support.child))
    end)

    it("its end is seen by who looks at it before the loop hears of it, too", function()
        if not expect.shell then
            pending "there are no events that are taken by looking"
        end
        assert.equal("0\ntrue\n", run("pidfd_open", "-e", [[
            local job = require "jghost".job {}
            assert(job:spawn { arg[1], "daemonise", "sleep", "0.1" }:wait(60))
            local pid = job:processes()[1].local_pid
            assert(os.execute("while kill -0 " .. pid .. " 2>/dev/null; do :; done"))
            print(#job:processes())
            print(job:wait(60))
        ]], "-", support.child))
    end)

    it("the run ends, and with it what it has left behind", function()
        local job <close> = jg.job {}
        local guard, marker = support.start(job, { support.fault, "-e",
            "io.popen(arg[1])", "-", (expect.shell and support.child or support.child:gsub("/", "\\"))
                .. " daemonise hang", env = losing(lost) })
        assert(guard:wait(60), "it doesn't end")
        assert.equal("", support.survivors(marker))
    end)

    it("job_spec.lua holds, and without a list of jobs, too, for which see birth_spec.lua", function()
        if expect.shell then
            pending "it opens processes by their numbers, which are among what is lost here"
        end
        assert.matches("%d+ passed, 0 failed",
            run("messages,PROC_THREAD_ATTRIBUTE_JOB_LIST", "tests/spec.lua", "tests/bindings/job_spec.lua"))
    end)
end)
