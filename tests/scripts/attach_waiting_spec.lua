-- attach_waiting_spec.lua: who looks into a harness that doesn't answer is told why, waits for it, or leaves.

local attach = require "tests.scripts.attach_helper"
local core = require "jghost.core"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local interrupts = require "tests.interrupts"
local jg = require "jghost"
local support = require "tests.support"

local nothing
fixture.script("", function(file) nothing = file end)

-- Seconds of processor time that the only harness in `job` has used.
local function used(job)
    for _, process in ipairs(job:processes()) do
        if (process.name .. process.command):find("jghost-harness", 1, true) then
            return process.user_time + process.system_time
        end
    end
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("several can wait, and it costs the harness nothing", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.deaf)
            local others <close> = jg.job {}
            local clients, before, began = {}, used(job), jg.now()
            for i = 1, 3 do
                clients[i] = attach.client(others, guard)
                attach.line(clients[i], "print 'answered'")
            end
            for _, client in ipairs(clients) do
                attach.waits(client, guard)
            end
            assert.is_true(used(job) - before < (jg.now() - began) / 10)
            guard.stdin:write "\n"
            for _, client in ipairs(clients) do
                attach.hears(client, "answered")
            end
        end)

        it("who comes and goes meanwhile doesn't keep out the next one", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.deaf)
            for _ = 1, 40 do
                core.attach(guard.pid):close()
            end
            assert.truthy(attach.listed(guard))
            guard.stdin:write "\n"
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)

        for state, case in pairs {
            busy = { attach.ready .. "while true do end", "it is computing" },
            asleep = { attach.deaf, "it is asleep in a call, such as os.execute", lacking = "thread_states" },
            stopped = { attach.idle, "it is stopped", lacking = "stop_signals" },
        } do
            it("one who waits is told that the harness is " .. state, function()
                if case.lacking then
                    helper.needs(pending, case.lacking)
                end
                local job <close> = jg.job {}
                local guard, marker = attach.start(job, level, case[1])
                if state == "stopped" then
                    support.find(marker, "jghost-harness"):signal "stop"
                end
                assert.equal(case[2], attach.waits(attach.client(job, guard), guard):sub(1, #case[2]))
            end)
        end

        it("a harness that is stopped is listed, and answers when it goes on", function()
            helper.needs(pending, "stop_signals")
            local job <close> = jg.job {}
            local guard, marker = attach.start(job, level, attach.idle)
            local harness = support.find(marker, "jghost-harness")
            harness:signal "stop"
            repeat
                local state = assert(attach.listed(guard)):match "  (%l+) +%d+  /"
            until state == "stopped"
            local client = attach.client(job, guard)
            attach.waits(client, guard)
            harness:signal "cont"
            attach.line(client, "print 'answered'")
            attach.hears(client, "answered")
        end)

        it("one who doesn't want to wait leaves", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.deaf)
            local client = attach.client_to_interrupt(job, guard, "INT", nothing)
            attach.waits(client, guard)
            interrupts.send(client, "INT")
            assert.equal(1, client:wait(60).code)
            interrupts.done(client)
        end)

        for _, name in ipairs { "TERM", "HUP" } do
            it(("one who gets a SIG%s meanwhile says so in a line, and ends by it"):format(name), function()
                local missing = interrupts.missing(name)
                if missing then
                    pending(missing)
                end
                local job <close> = jg.job {}
                local guard = attach.start(job, level, attach.deaf)
                local client = attach.client_to_interrupt(job, guard, name, nothing)
                attach.waits(client, guard)
                interrupts.send(client, name)
                assert.equal(expect.interrupts[name].ending, support.ending(client:wait(60)))
                interrupts.done(client)
                assert.matches(("^jghost: interrupted by %s; left harness %d\n$")
                    :format(expect.interrupts[name].says, guard.pid), client.stderr:read "a")
            end)
        end
    end)
end
