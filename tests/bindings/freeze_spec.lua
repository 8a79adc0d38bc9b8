-- freeze_spec.lua: jobs that stand still, and what can be done with them then.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- Both say "ready" when they stand.
local tree = { "fork-tree", "2", "3", "ready", "hang" }
local daemons = { "fork", "daemonise", "fork-tree", "1", "2", "hang", "--", "ready", "hang" }

for name, kind in pairs(helper.kinds) do
    describe("a job that is " .. name, function()
        local job
        fixture.job(function(new) job = new end, kind)

        local function start(words)
            local process, marker = support.start(job, helper.verbs(words, { stdout = "pipe" }))
            assert.equal("ready", process.stdout:read("l", 60))
            return process, marker
        end

        it("freezes and thaws", function()
            local process = helper.spawn(job, { "fork", "hang", "--", "cat" }, { stdin = "pipe", stdout = "pipe" })
            process.stdin:write "one\n"
            assert.equal("one", process.stdout:read("l", 60))
            for _ = 1, 3 do
                assert.is_true(job:freeze())
                assert.is_true(job:freeze(), "again")
                process.stdin:write "two\n"
                assert.equal("timeout", select(2, process.stdout:read("l", 0.05)))
                for _, info in ipairs(job:processes()) do
                    assert.truthy(info.state == "frozen" or info.state == "stopped", info.state)
                end
                assert.is_true(job:thaw())
                assert.is_true(job:thaw(), "again")
                assert.equal("two", process.stdout:read("l", 60))
            end
        end)

        it("refuses to start a process while it is frozen", function()
            start(tree)
            job:freeze()
            local process, message, _, code_name = job:spawn { helper.child, "exit", "0" }
            assert.is_nil(process)
            assert.truthy(message:find("the job is frozen", 1, true))
            assert.equal("string", type(code_name))
            job:thaw()
            assert.is_true(assert(helper.spawn(job, { "exit", "0" }):wait(60)).ok)
        end)

        it("can be frozen when it is empty", function()
            assert.is_true(job:freeze())
            assert.is_nil((job:spawn { helper.child, "exit", "0" }))
            assert.is_true(job:thaw())
            assert.is_true(assert(helper.spawn(job, { "exit", "0" }):wait(60)).ok)
        end)

        for how in pairs { close = true, terminate = true } do
            it(("that is frozen can be ended: %s"):format(how), function()
                local process, marker = start(daemons)
                job:freeze()
                assert.is_true(job[how](job))
                assert.equal(expect.killed, support.ending(assert(process:wait(60))))
                assert.is_true(job:wait(60))
                assert.same({}, support.marked(marker))
            end)
        end

        it("freezes the jobs inside of it", function()
            local inner = assert(job:job())
            local process = helper.spawn(inner, { "cat" }, { stdin = "pipe", stdout = "pipe" })
            job:freeze()
            assert.is_nil((inner:spawn { helper.child, "exit", "0" }))
            process.stdin:write "x\n"
            assert.equal("timeout", select(2, process.stdout:read("l", 0.05)))
            job:thaw()
            assert.equal("x", process.stdout:read("l", 60))
        end)
    end)
end
