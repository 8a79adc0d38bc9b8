-- attach_spec.lua: one can look into a harness that is running: what a session can do, and how it ends.

local attach = require "tests.scripts.attach_helper"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local interrupts = require "tests.interrupts"
local jg = require "jghost"
local support = require "tests.support"

local statements
fixture.script("print 'begun' jg.sleep(1e6)\nprint 'goes on'\nprint 'begun' while true do end\nprint 'goes on'\n",
    function(file) statements = file end)

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("statements are run in the harness", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, "function double(n) return 2 * n end " .. attach.idle)
            local result = attach.say(guard, table.concat({
                "print(1, nil, 'x')", "double(4), double 'x' == nil", "double(4)", "=double(5)", "value = double(6)",
                "value",
                "for i = 1, 2 do", "  print(i)", "end", "io.write('a', 1, '\\n') and nil", "local x = 1", "x",
                "#jg.processes()",
            }, "\n"))
            assert.equal("1\tnil\tx\n8\n10\n12\n1\n2\na1\nnil\nnil\n0\n", result.stdout)
            assert.matches("^jghost: .*attempt to mul a", result.stderr)
            result = attach.say(guard, "value")
            assert.equal("12\n", result.stdout)
            assert.equal("", result.stderr)
            assert.equal(0, result.code)
        end)

        it("errors come back, with where they are", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, "function fails() error 'inside' end " .. attach.idle)
            local result = attach.say(guard, "fails()\nx x\nerror {}\nerror()\nfor")
            assert.equal(1, result.code)
            assert.equal("", result.stdout)
            assert.equal(([[
jghost: (command line):1: inside
stack traceback:
	[C]: in function 'error'
	(command line):1: in function 'fails'
	(...tail calls...)
jghost: stdin:1: syntax error near 'x'
jghost: (error object is a table value)
jghost: (error object is a nil value)
jghost: stdin:1: <name> expected near <eof>
]]), result.stderr)
            result = attach.say(guard, "setmetatable({}, { __tostring = function() error 'in it' end })")
            assert.matches("^jghost: error calling 'print' %(stdin:1: in it\n", result.stderr)
        end)

        it("other tasks go on meanwhile", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.ready
                .. "ping, pong = jg.event(), jg.event() ping:wait(1e6) pong:set() jg.sleep(1e6)")
            assert.equal("true\n", attach.say(guard, "ping:set() return pong:wait()").stdout)
        end)

        it("an interrupt ends the statement, not the harness", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.idle)
            local client = attach.client_to_interrupt(job, guard, "INT", statements)
            for _ = 1, 2 do
                attach.hears(client, "begun")
                interrupts.send(client, "INT")
                repeat
                    local text = assert(client.stderr:read("l", 60))
                until text == "jghost: interrupted"
                attach.hears(client, "goes on")
            end
            assert.equal(1, client:wait(60).code)
            interrupts.done(client)
            assert.truthy(attach.listed(guard))
        end)

        it("a busy statement lets the script go on", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.ready
                .. "while not stop do jg.sleep(0.001) end print 'stopped' io.stdout:flush() jg.sleep(1e6)")
            local client = attach.client(job, guard)
            attach.line(client, "stop = true while true do end")
            assert.equal("stopped", guard.stdout:read("l", 60))
        end)

        it("the harness's end is noticed", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.ready .. "finish = jg.event() finish:wait(1e6)")
            local client = attach.client(job, guard)
            attach.line(client, "finish:set() jg.sleep(1e6)")
            assert.equal(("jghost: harness %d has ended"):format(guard.pid), client.stderr:read("l", 60))
            assert.equal(1, client:wait(60).code)
            assert.equal(0, guard:wait(60).code)

            guard = attach.start(job, level, attach.idle)
            assert.matches("has ended", attach.say(guard, "os.exit(7)").stderr)
            assert.equal(7, guard:wait(60).code)
        end)

        it("when one who has attached is killed, what he ran ends", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.idle)
            local client = attach.client(job, guard)
            -- `print` is over when it has been heard, and whoever heard it may be gone by then
            attach.line(client, "local x <close> = setmetatable({}, { __close = function() "
                .. "print 'closed' io.stdout:flush() end }) print 'begun' jg.sleep(1e6)")
            attach.hears(client, "begun")
            client:signal "kill"
            assert.equal("closed", guard.stdout:read("l", 60))
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)

        it("several can be attached", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, "event = require 'jghost'.event() " .. attach.idle)
            local one, other = attach.client(job, guard), attach.client(job, guard)
            attach.line(one, "print 'one' event:wait() print 'set'")
            attach.line(other, "print 'other' event:wait() print 'set'")
            attach.hears(one, "one")
            attach.hears(other, "other")
            assert.equal("", attach.say(guard, "event:set()").stdout)
            attach.hears(one, "set")
            attach.hears(other, "set")
        end)

        it("tasks show where they wait", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.ready .. [[
                local function stuck() jg.event():wait() end
                jg.task(stuck)
                jg.sleep(1e6)
            ]])
            local tasks = attach.say(guard, "jg.tasks()").stdout:gsub(" +", " ")
            for _, expected in ipairs { "(command line):1 waiting (command line):1", "attached (jghost's own) waiting",
                "statement (jghost's own) running" } do
                assert.truthy(tasks:find(expected, 1, true), tasks)
            end
            local result = attach.say(guard,
                "for _, task in ipairs(jg.tasks()) do print(task.state, task.traceback) end")
            local text = result.stdout:gsub("\n%s*", " ")
            local expected = "waiting\tstack traceback: [C]: in method 'wait' (command line):1: in function <"
            assert.truthy(text:find(expected, 1, true), text)
        end)

        it("while somebody is attached, there is no deadlock", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, [[
                local jg = require "jghost"
                process = jg.job {}:spawn { "]] .. support.child:gsub("\\", "/") .. [[", "hang" }
            ]] .. attach.ready .. [[
                local never = jg.event()
                print(pcall(never.wait, never)) io.stdout:flush()
            ]])
            assert.equal("still here\n", attach.say(guard, "process:signal 'kill' process:wait() jg.sleep(0.01) "
                .. "print 'still here'").stdout)
            assert.matches("deadlock", guard.stdout:read("l", 60))
        end)

        it("running out of memory is the statement's error", function()
            helper.needs(pending, "limits")
            if support.build:find "sanitize" then
                pending "the sanitizer takes that for a mistake"
            end
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.idle, { "sh", "-c", 'ulimit -v 500000; exec "$@"', "sh" })
            assert.matches("not enough memory", attach.say(guard, "('x'):rep(1 << 30)").stderr)
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)

        it("much output comes whole, and a reader that doesn't read isn't waited for by others", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.idle)
            local client = attach.client(job, guard)
            attach.line(client, "print 'begun' print(('x'):rep(1 << 24)) print 'end'")
            attach.hears(client, "begun")
            assert.equal("1\n", attach.say(guard, "1").stdout)
            assert.equal(1 << 24, #assert(client.stdout:read("l", 60)))
            attach.hears(client, "end")
        end)
    end)
end
