-- console_spec.lua: what a console tells those who are at it: each of them by itself, at a moment of its own. Here they
-- are told one by one, also of what nobody can type.

local jg = require "jghost"
local expect = require "tests.expect"
local support = require "tests.support"

local interrupted = expect.interrupts.INT.ending

-- Tells these processes, one after the other. Returns who did it; they see to it that none stops listening to the
-- closing of the console before it ends.
local function tell(job, event, ...)
    local tellers = {}
    for i, process in ipairs { ... } do
        tellers[i] = job:spawn { support.child, "tell-event", process.pid, event, stdout = "pipe", stderr = "capture" }
        assert.equal("told", tellers[i].stdout:read("l", 60), tellers[i].stderr)
    end
    return tellers
end

-- How the run ends, for which these have to be content.
local function ending(process, tellers)
    local status = assert(process:wait(60), "it doesn't end")
    for _, teller in ipairs(tellers) do
        assert.is_true(assert(teller:wait(60)).ok, teller.stderr)
    end
    return support.ending(status)
end

-- Starts jghost where Ctrl-C isn't turned off, as it is for the leader of a process group. Returns the process that
-- does it, and ends as it does, and the marker.
local function start_command(job, command)
    for i, word in ipairs { support.child, "terminal", "exec" } do
        table.insert(command, i, word)
    end
    return support.start(job, command)
end

-- Starts a script that says "ready" itself. Returns whoever did it, guard, harness and the marker.
local function start(job, script)
    local process, marker = start_command(job, {
        support.jghost, "-e", [[
            local jg = require "jghost"
            local function ready() print "ready" io.stdout:flush() end
        ]] .. script .. " os.exit(9)", "-", support.child, stdout = "pipe", stderr = "capture",
    })
    assert.equal("ready", process.stdout:read("l", 60))
    return process, support.find(marker, "jghost.exe"), support.find(marker, "jghost-harness"), marker
end

for event, name in pairs { ["break"] = "Ctrl-Break", close = "the closing of the console" } do
    describe(name, function()
        for _, first in ipairs { "guard", "harness" } do
            it("interrupts the script, which cleans up, if the " .. first .. " hears it first", function()
                local job <close> = jg.job {}
                local process, guard, harness, marker = start(job, [[
                    local closed <close> = setmetatable({}, { __close = function() print "cleaned up" end })
                    local job = jg.job {}
                    job:spawn { arg[1], "hang" }
                    ready()
                    jg.sleep(1e6)
                ]])
                local tellers = first == "guard" and tell(job, event, guard, harness)
                    or tell(job, event, harness) -- with which the run may be over before the guard hears
                assert.equal(interrupted, ending(process, tellers))
                assert.equal("cleaned up", process.stdout:read("l", 60))
                assert.matches("interrupted by " .. name, process.stderr, 1, true)
                assert.equal("", support.survivors(marker))
            end)
        end

        it("can be caught", function()
            local job <close> = jg.job {}
            local process, guard, harness = start(job, "print(select(2, pcall(function() ready() jg.sleep(1e6) end)))")
            assert.equal(9, ending(process, tell(job, event, guard, harness)))
            assert.matches("interrupted by " .. name, process.stdout:read("l", 60), 1, true)
        end)

        it("ends the run at once if the script is at its end because of a Ctrl-C", function()
            local job <close> = jg.job {}
            local process, guard, harness, marker = start(job, [[
                pcall(function() ready() jg.sleep(1e6) end)
                ready()
                while true do pcall(jg.sleep, 1e6) end
            ]])
            tell(job, "c", guard, harness)
            assert.equal("ready", process.stdout:read("l", 60))
            assert.equal(interrupted, ending(process, tell(job, event, guard)))
            assert.equal("", support.survivors(marker))
        end)

        it("is left to a command that is guarded, which may go on", function()
            local job <close> = jg.job {}
            local process, marker = start_command(job, {
                support.jghost, "--exec", support.child, "ready", "wait-eof", "exit", "9", stdin = "pipe",
                stdout = "pipe",
            })
            assert.equal("ready", process.stdout:read("l", 60))
            local guard, harness = support.find(marker, "jghost.exe"), support.find(marker, "jghost-harness")
            local tellers = tell(job, event, guard, harness)
            process.stdin:close()
            assert.equal(9, ending(process, tellers))
        end)
    end)
end

-- A harness comes to the console by itself, and some time after the guard has begun to listen there.
describe("an interrupt during the start-up", function()
    -- The guard is told of it, and the harness, too, if `first` says which of them is the first.
    local function check(stage, arguments, first)
        local job <close> = jg.job {}
        local process, marker = start_command(job, {
            support.fault, env = { JGHOST_STAGE = stage }, stdin = "pipe", stdout = "capture", stderr = "pipe",
            table.unpack(arguments),
        })
        assert.equal("stage " .. stage, process.stderr:read("l", 60))
        local guard, harness = support.find(marker, "jghost-fault.exe"), support.find(marker, "jghost-harness")
        if first == "harness" then
            tell(job, "c", harness) -- with which the run may be over before the guard hears
        else
            tell(job, "c", guard, first and harness)
        end
        process.stdin:close()
        local status = assert(process:wait(60), "it doesn't end")
        assert.equal("", process.stdout)
        if not (first and expect.lacks.requests) then -- Wine's own handler, the harness's until then, ends it with 0
            assert.equal(interrupted, support.ending(status))
        end
        assert.equal("", support.survivors(marker))
    end

    for _, stage in ipairs {
        "job-created", "harness-created", "harness-assigned", "harness-born", "harness-released", "harness-entered",
    } do
        it("that only the guard hears, at stage " .. stage .. ", ends the run before the script begins", function()
            check(stage, { "-e", "print 'begun'" })
        end)
    end

    for _, first in ipairs { "guard", "harness" } do
        it("that both hear, the " .. first .. " first, ends the run before the script begins", function()
            check("harness-entered", { "-e", "print 'begun'" }, first)
        end)
    end

    it("that only the guard hears ends the run before the command begins", function()
        check("harness-entered", { "--exec", support.child, "print", "begun" })
    end)
end)
