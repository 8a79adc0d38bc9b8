-- kill_spec.lua: the guarantee. Whoever is killed, and whatever was started: nothing is left.

local expect = require "tests.expect"
local jg = require "jghost"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- What the harness starts, as words of tests/child.c; all of it says "ready" when it stands.
local trees = {
    plain = { "fork-tree", "2", "2", "ready", "hang" },
    session = { "fork", "setsid", "hang", "--", "ready", "hang" },
    daemon = { "daemonise", "fork-tree", "1", "2", "ready", "hang" },
    stopped = { "stopped", "ready", "hang" },
    deaf = { "ignore-all", "fork", "setsid", "hang", "--", "ready", "hang" },
    lost = { "daemonise", "ignore-all", "setsid", "ready", "hang" }, -- its parent has ended
}

local script = [[
    local jg = require "jghost"
    local words = {}
    for word in arg[1]:gmatch "%S+" do words[#words + 1] = word end
    local job = jg.job { isolate = arg[2] == "isolated" }
    local process = assert(job:spawn { stdout = "pipe", table.unpack(words) })
    local said = process.stdout:read "l"
    if arg[2] == "frozen" then assert(job:freeze()) end
    print(said)
    io.stdout:flush()
    jg.sleep(1e6)
]]

local script_file
fixture.script(script, function(file) script_file = file end)

-- Which of the processes of a run are killed, and what the guard then says, if it is left to say it.
local victims = {
    { name = "the guard", kills = { "guard" } },
    { name = "init", kills = { "jghost-init" }, signal = "KILL", init = true },
    { name = "the harness", kills = { "jghost-harness" }, signal = "KILL" },
    { name = "guard and harness", kills = { "guard", "jghost-harness" } },
    { name = "guard and init", kills = { "guard", "jghost-init" }, in_namespace = true, init = true },
    { name = "all three", kills = { "guard", "jghost-init", "jghost-harness" }, in_namespace = true, init = true },
}

local function is_here(victim, level)
    return (not victim.in_namespace or expect.in_namespace[level]) and (not victim.init or expect.init)
end

local function kill(guard, marker, names)
    local handles = {}
    for i, name in ipairs(names) do
        handles[i] = name == "guard" and guard or assert(support.find(marker, name), "there is no " .. name)
    end
    for _, handle in ipairs(handles) do
        handle:signal "kill" -- the first one's end may have been this one's, too
    end
end

local function check(level, victim, words, kind)
    local job <close> = jg.job {}
    local guard, marker = support.start(job, {
        support.jghost, "--level=" .. level, script_file, support.child .. " " .. table.concat(words, " "), kind,
        stdout = "pipe",
    })
    assert.equal("ready", guard.stdout:read("l", 60))
    local seen = support.marked(marker)
    assert.is_true(#seen >= expect.own_processes, "only these can be seen: " .. require "pl.pretty".write(seen))
    kill(guard, marker, victim.kills)
    local status = assert(guard:wait(60), "the guard doesn't end")
    assert.equal("", support.survivors(marker))
    if victim.signal then
        assert.equal(137, status.code)
    end
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        for _, victim in ipairs(victims) do
            if is_here(victim, level) then
                for name, words in pairs(trees) do
                    it(("killing %s leaves nothing of a %s tree"):format(victim.name, name), function()
                        check(level, victim, words, "plain")
                    end)
                end
            end
        end
        it("a process that kills its own group, which may be the guard's, leaves nothing", function()
            if not expect.posix_signals then
                pending "a group can't be killed here"
            end
            local job <close> = jg.job {}
            local guard, marker = support.start(job, {
                "setsid", support.jghost, "--level=" .. level, "-e", [[
                    local jg = require "jghost"
                    local job = jg.job {}
                    job:spawn { "sh", "-c", '"$0" daemonise setsid hang; kill -KILL 0', arg[1] }:wait()
                ]], "-", support.child, stdin = "null",
            })
            local status = assert(guard:wait(60), "the guard doesn't end")
            assert.truthy(status.signal == "KILL" or status.ok) -- in a reaper's job it has a group of its own
            assert.equal("", support.survivors(marker))
        end)
        it("killing init, started in a session without a terminal, hangs nobody up", function()
            if not expect.init then
                pending "there is no init"
            end
            local job <close> = jg.job {}
            local shell, marker = support.start(job, {
                "setsid", "env", "--default-signal=HUP", "sh", "-c", '"$@"; echo "status $?"', "sh",
                support.jghost, "--level=" .. level, script_file, support.child .. " stopped ready hang", "plain",
                stdout = "pipe", stdin = "null",
            })
            assert.equal("ready", shell.stdout:read("l", 60))
            assert(support.find(marker, "jghost-init")):signal "kill"
            assert.equal("status 137", shell.stdout:read("l", 60))
            assert.equal("", support.survivors(marker))
        end)
        it("killing the guard leaves nothing of a traced tree", function()
            helper.needs(pending, "tracing")
            check(level, victims[1], { "traced", "ready", "hang" }, "plain")
        end)
        it("killing the guard while it cuts the run short leaves nothing", function()
            helper.needs(pending, "signals")
            local job <close> = jg.job {}
            local guard, marker = support.start(job, {
                support.jghost, "--level=" .. level, "-e", [[
                    local jg = require "jghost"
                    local job = jg.job {}
                    for _ = 1, 100 do
                        assert(job:spawn { arg[1], "daemonise", "fork", "hang", "--", "hang" }):wait()
                    end
                    pcall(function()
                        print "ready"
                        io.stdout:flush()
                        jg.sleep(1e6)
                    end)
                    print "interrupted"
                    io.stdout:flush()
                    jg.sleep(1e6)
                ]], "-", support.child, stdout = "pipe",
            })
            assert.equal("ready", guard.stdout:read("l", 60))
            guard:signal "term"
            assert.equal("interrupted", guard.stdout:read("l", 60))
            local harness = assert(support.find(marker, "jghost-harness"))
            guard:signal "term"
            assert(harness:wait(60), "the run goes on")
            guard:signal "kill" -- many are left then
            assert(guard:wait(60))
            assert.equal("", support.survivors(marker))
        end)
        it("killing the guard leaves nothing of a frozen job", function()
            check(level, victims[1], trees.daemon, "frozen")
        end)
        it("killing the guard leaves nothing of an isolated job", function()
            local can = support.run { "--level=" .. level, "-e", 'assert(require "jghost".job { isolate = true })' }
            if not can.ok then
                pending("no pid namespace is to be had for a job: " .. can.stderr)
            end
            check(level, victims[1], trees.daemon, "isolated")
        end)
    end)
end
