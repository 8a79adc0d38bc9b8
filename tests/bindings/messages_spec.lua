-- messages_spec.lua: a job's messages may be lost, as their documentation says; here, all of them are.

local jg = require "jghost"
local support = require "tests.support"

local function run(refused, ...)
    local result = assert(jg.run { support.fault, timeout = 110, env = { JGHOST_REFUSE = refused }, ... })
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stdout .. result.stderr)
    assert.same({}, result.leaked)
    return (result.stdout:gsub("\r", ""))
end

describe("when a job's messages are lost", function()
    it("its end is seen all the same, whoever was the last in it", function()
        assert.equal("true\ntrue\ntrue\n", run("messages", "-e", [[
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

    it("the run ends, and with it what it has left behind", function()
        local job <close> = jg.job {}
        local guard, marker = support.start(job, { support.fault, "-e",
            "io.popen(arg[1])", "-", support.child:gsub("/", "\\") .. " daemonise hang",
            env = { JGHOST_REFUSE = "messages" } })
        assert(guard:wait(60), "it doesn't end")
        assert.equal("", support.survivors(marker))
    end)

    it("job_spec.lua holds, and without a list of jobs, too, for which see birth_spec.lua", function()
        assert.matches("%d+ passed, 0 failed",
            run("messages,PROC_THREAD_ATTRIBUTE_JOB_LIST", "tests/spec.lua", "tests/bindings/job_spec.lua"))
    end)
end)
