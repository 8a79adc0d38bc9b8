-- blocked_spec.lua: interrupts of a script that waits in a call of the C library's, where the loop doesn't turn.

local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local interrupts = require "tests.interrupts"
local jg = require "jghost"
local support = require "tests.support"

local job, folder

fixture.job(function(new) job = new end)
fixture.folder(function(path) folder = path end)

-- Starts jghost with these arguments; standard input is a pipe.
local function start(level, ...)
    local command = interrupts.command({ support.jghost, "--level=" .. level, ... }, "INT")
    command.stdin, command.stdout, command.stderr = "pipe", "pipe", "pipe"
    return support.start(job, command)
end

-- The same with a script that says on standard error that it is ready; the child and a folder are its arguments.
local function start_ready(level, script)
    local guard, marker = start(level, "-e", 'local function ready() io.stderr:write "ready\\n" end ' .. script, "-",
        helper.child, folder)
    assert.equal("ready", guard.stderr:read("l", 60))
    return guard, marker
end

-- Waits until the harness sleeps: nothing tells of it.
local function wait_until_asleep(marker)
    local pid = support.await(marker, "jghost-harness").pid
    local deadline = jg.now() + 60
    while support.read_any(("/proc/%d/stat"):format(pid)):match "%) (%a)" ~= "S" do
        assert.is_true(jg.now() < deadline)
        jg.sleep(0.005)
    end
end

-- Expects that the interrupt ends it, that it says so, and that it leaves nothing behind.
local function expect_end(guard, marker, name)
    assert(guard:signal(name:lower()))
    local status = assert(guard:wait(60))
    local message = guard.stderr:read("a", 60)
    assert.equal(name, support.ending(status), message)
    assert.matches("^jghost: [^\n]*interrupted by SIG" .. name .. "\n", message)
    assert.equal("", support.survivors(marker))
end

-- What a script may wait in.
local waits = {
    ["io.read"] = "ready() io.read()",
    ["io.read of the rest"] = 'ready() io.read "a"',
    ["io.lines"] = "ready() for _ in io.lines() do end",
    ["a read in a coroutine"] = "ready() coroutine.wrap(function() io.read() end)()",
    ["a read of what io.popen has started"] = 'local file = io.popen(arg[1] .. " hang") ready() file:read()',
    ["the opening of a pipe that has a name"] =
        'local name = arg[2] .. "/pipe" os.remove(name) os.execute("mkfifo " .. name) ready() io.open(name)',
    ["a write of what nobody reads"] = 'ready() io.write(("x"):rep(1 << 24))',
    ["a read while another task waits"] = [[
        local jg = require "jghost"
        jg.task(function() ready() io.read() end)
        jg.sleep(1e6)
    ]],
}

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        for what, script in pairs(waits) do
            it("an interrupt ends " .. what, function()
                for _, name in ipairs { "INT", "TERM", "HUP" } do
                    local guard, marker = start_ready(level, script)
                    wait_until_asleep(marker)
                    expect_end(guard, marker, name)
                end
            end)
        end

        it("an interrupt ends the reading of a script, however much of it has come", function()
            for _, name in ipairs { "INT", "TERM", "HUP" } do
                for _, text in ipairs { "", "print 'no'\n", ("-- no\n"):rep(20000) } do
                    local guard, marker = start(level, "-")
                    assert(guard.stdin:write(text))
                    wait_until_asleep(marker) -- before there is nobody to interrupt
                    expect_end(guard, marker, name)
                    assert.equal("", guard.stdout:read("a", 60))
                end
            end
        end)

        it("an interrupt that comes just before the script waits isn't lost", function()
            local guard, marker = start_ready(level, 'ready() while true do io.write "" io.read(0) io.read() end')
            for _ = 1, 100 do
                guard.stdin:write "\n"
            end
            expect_end(guard, marker, "TERM")
        end)

        it("a script that catches the interrupt reads on, and nothing is lost", function()
            local guard, marker = start_ready(level, [[
                ready()
                io.write(io.read(), "\n") io.stdout:flush()
                print(pcall(io.read)) io.stdout:flush()
                print(io.read "l", io.read "a")
                os.exit(9)
            ]])
            guard.stdin:write "first\n"
            assert.equal("first", guard.stdout:read("l", 60))
            wait_until_asleep(marker)
            guard:signal "term"
            assert.matches("^false\t.*interrupted by SIGTERM$", guard.stdout:read("l", 60))
            guard.stdin:write "second\nthird"
            guard.stdin:close()
            assert.equal("second\tthird", guard.stdout:read("l", 60))
            assert.equal(9, guard:wait(60).code)
        end)

        it("an interrupt that comes twice doesn't break off what is done after the first", function()
            local guard = support.start(job, {
                support.child, "terminal", "fork", "ignore", "INT", "wait-byte", "interrupt", "INT", "--",
                "exec", support.jghost, "--level=" .. level, "-e", [[
                    pcall(function() io.write "ready\n" io.stdout:flush() require "jghost".sleep(1e6) end)
                    local failed = 0
                    for _ = 1, 20 do
                        local file = io.popen(arg[1] .. " sleep 0.01 print x")
                        failed = failed + (file:read "a" == "x\n" and 0 or 1)
                        file:close()
                    end
                    print(failed, "failed")
                    os.exit(9)
                ]], "-", helper.child, stdin = "pipe", stdout = "pipe",
            })
            assert.equal("ready", guard.stdout:read("l", 60))
            guard.stdin:write "\n"
            assert.equal("0\tfailed", guard.stdout:read("l", 60))
            assert.equal(9, guard:wait(60).code)
        end)

        -- A script in os.execute, which waits for a line and for its command's end, and what it does then.
        local executes = [[
            local closed <close> = setmetatable({}, { __close = function() print "cleaned up" end })
            ready()
            os.execute(arg[1] .. " hear")
            print "not interrupted"
        ]]

        it("SIGTERM during os.execute is raised when its command has ended", function()
            local guard, marker = start_ready(level, executes)
            support.await(marker, "child")
            guard:signal "term"
            assert.is_nil(guard:wait(0.3), "the command goes on")
            guard.stdin:write "on\n"
            assert.equal("TERM", support.ending(assert(guard:wait(60))))
            assert.matches("^heard <on>\ncleaned up\n$", guard.stdout:read("a", 60))
        end)

        it("a SIGTERM that is sent twice at once, as timeout(1) does, counts once", function()
            local guard, sent
            repeat -- a machine that is busy may be too late
                guard = start_ready(level, executes)
                sent = jg.now()
                guard:signal "term"
                jg.sleep(0.005) -- the guard has taken the first by now, or both are one
                guard:signal "term"
            until jg.now() - sent < 0.05
            guard.stdin:write "on\n"
            assert.equal("TERM", support.ending(assert(guard:wait(60))))
            assert.matches("cleaned up\n$", guard.stdout:read("a", 60))
        end)

        it("the second SIGTERM during os.execute ends the run", function()
            local guard, marker = start_ready(level, executes)
            guard:signal "term"
            jg.sleep(0.2) -- what comes sooner counts as the same
            guard:signal "term"
            assert.equal("TERM", support.ending(assert(guard:wait(60))))
            assert.equal("", support.survivors(marker))
        end)

        it("a prompt without a terminal gives the line up, and SIGTERM ends it", function()
            local guard, marker = start(level, "-i")
            assert(guard.stdout:expect("> ", 60))
            wait_until_asleep(marker)
            guard:signal "int"
            assert(guard.stdout:expect("> ", 60))
            guard.stdin:write "io.read()\n"
            wait_until_asleep(marker)
            guard:signal "int"
            assert.matches("interrupted by SIGINT", guard.stderr:read("l", 60))
            assert(guard.stdout:expect("> ", 60))
            guard.stdin:write "21 * 2\n"
            assert(guard.stdout:expect("42\n> ", 60))
            guard:signal "term"
            assert.equal("TERM", support.ending(assert(guard:wait(60))))
        end)
    end)
end
