-- signal_spec.lua: interrupts, stop and continue, as a user of a terminal program expects them.

local expect = require "tests.expect"
local interrupts = require "tests.interrupts"
local jg = require "jghost"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- Starts a command that says "ready" itself, in a job that the caller closes.
local function start_command(job, command)
    command.stdout, command.stderr = "pipe", "capture"
    local process, marker = support.start(job, command)
    assert.equal("ready", process.stdout:read("l", 60))
    return process, marker
end

-- Starts jghost with a script that says so, to be interrupted by INT, or by `name`.
local function start(job, level, script, name)
    local command = { support.jghost, "--level=" .. level, "-e", script, "-", support.child }
    return start_command(job, interrupts.command(command, name or "INT"))
end

local function state(pid)
    return support.read_any(("/proc/%d/stat"):format(pid)):match "%) (%a)"
end

local ready = 'io.write "ready\\n" io.stdout:flush() '

-- Catches the first interrupt.
local catch = [[
    local jg = require "jghost"
    pcall(function() ]] .. ready .. [[ jg.sleep(1e6) end)
    print "caught" io.stdout:flush()
]]

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        for _, name in ipairs { "INT", "TERM", "HUP" } do
            it("SIG" .. name .. " interrupts the script, which cleans up, and the guard dies of it", function()
                local missing = interrupts.missing(name)
                if missing then
                    pending(missing)
                end
                local job <close> = jg.job {}
                local guard, marker = start(job, level, [[
                    local closed <close> = setmetatable({}, { __close = function() print "cleaned up" end })
                    local jg = require "jghost"
                    local job = jg.job {}
                    job:spawn { arg[1], "hang" }
                ]] .. ready .. "jg.sleep(1e6)", name)
                interrupts.send(guard, name)
                local status = guard:wait(60)
                assert.equal(expect.interrupts[name].ending, support.ending(status))
                assert.equal("cleaned up", guard.stdout:read("l", 10))
                assert.matches("interrupted by " .. expect.interrupts[name].says, guard.stderr)
                interrupts.done(guard)
                assert.equal("", support.survivors(marker))
            end)
        end

        -- Expects that the script catches an interrupt, prints what it was, and exits with the status.
        local function expect_caught(script, printed, code)
            local job <close> = jg.job {}
            local guard = start(job, level, 'local jg = require "jghost" ' .. script)
            interrupts.send(guard, "INT")
            assert.equal(code, guard:wait(60).code)
            assert.matches(printed, guard.stdout:read("l", 10))
        end

        it("a script that catches the interrupt goes on, and its status counts", function()
            expect_caught([[
                local task = jg.task(function()
                    local ok, message = pcall(jg.sleep, 0.001)
                    return ok, message
                end)
                task:wait()
                local ok, message = pcall(function() ]] .. ready .. [[ jg.sleep(1e6) end)
                print(ok, message)
                os.exit(7)
            ]], "^false\t.*interrupted by " .. expect.interrupts.INT.says, 7)
        end)

        it("an interrupt spares what a job has started", function()
            expect_caught([[
                local job <close> = jg.job {}
                local process = job:spawn { arg[1], "ready", "wait-eof", "exit", "7", stdin = "pipe", stdout = "pipe" }
                process.stdout:read "l"
                pcall(function() ]] .. ready .. [[ jg.sleep(1e6) end)
                process.stdin:close()
                print(process:wait())
                os.exit(5)
            ]], "^exit 7 ", 5)
        end)

        it("an interrupt reaches a guarded command", function()
            local job <close> = jg.job {}
            local guard = start_command(job, interrupts.command({
                support.jghost, "--level=" .. level, "--exec", support.child, "ready", "hang",
            }, "INT"))
            interrupts.send(guard, "INT")
            local status = assert(guard:wait(60), "it doesn't end")
            if not expect.lacks.requests then -- Wine's own handler, the command's, ends it with 0
                assert.equal(expect.interrupts.INT.ending, support.ending(status))
            end
        end)

        it("an interrupt comes through when the queue of signals is full", function()
            helper.needs(pending, "signals")
            local job <close> = jg.job {}
            local guard = start_command(job, { "prlimit", "--sigpending=0", support.jghost, "--level=" .. level, "-e",
                'local jg = require "jghost" print(select(2, pcall(function() ' .. ready .. "jg.sleep(1e6) end)))" })
            guard:signal "int"
            assert.matches("interrupted by SIGINT", guard.stdout:read("l", 60))
        end)

        it("an interrupt reaches a loop that never waits", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "while true do end")
            interrupts.send(guard, "INT")
            assert.equal(expect.interrupts.INT.ending, support.ending(guard:wait(60)))
        end)

        for where, code in pairs {
            ["waits in a function of the library"] = "jg.run { arg[1], 'hang' }", ["never waits"] = "while true do end",
        } do
            it("an interrupt names the line of a script that " .. where, function()
                expect_caught("local _, message = pcall(function()\n" .. ready .. code .. [[ end)
                    print(message)
                    os.exit(7)
                ]], "^%(command line%):2: interrupted by " .. expect.interrupts.INT.says, 7)
            end)
        end

        it("an interrupt reaches a coroutine that never gives way", function()
            for _, loop in ipairs {
                "coroutine.wrap(function() while true do end end)()",
                "assert(coroutine.resume(coroutine.create(function() while true do end end)))",
                "coroutine.wrap(function() coroutine.wrap(function() while true do end end)() end)()",
            } do
                local job <close> = jg.job {}
                local guard = start(job, level, ready .. loop)
                interrupts.send(guard, "INT")
                assert.equal(expect.interrupts.INT.ending, support.ending(guard:wait(60)))
            end
        end)

        it("an interrupt reaches who makes many coroutines that give way", function()
            expect_caught([[
                local ok, message = pcall(function()
                    ]] .. ready .. [[
                    while true do
                        for _ in coroutine.wrap(function() coroutine.yield(1) end) do end
                    end
                end)
                print(message)
                os.exit(5)
            ]], "interrupted by " .. expect.interrupts.INT.says, 5)
        end)

        it("an interrupt reaches the main task past another one's coroutine, which comes to its end", function()
            expect_caught([[
                local task = jg.task(function()
                    ]] .. ready .. [[
                    return coroutine.wrap(function() for _ = 1, 1e7 do end return "done" end)()
                end)
                local ok, message = pcall(jg.sleep, 1e6)
                print(message, task:wait())
                os.exit(5)
            ]], "interrupted by " .. expect.interrupts.INT.says .. "\tdone", 5)
        end)

        it("an interrupt takes nothing from a call that another task is in", function()
            expect_caught([[
                local lost, over = 0, false
                jg.task(function()
                    local text = ("x"):rep(1 << 20)
                    ]] .. ready .. [[
                    while not over do
                        lost = lost + (text:reverse() == nil and 1 or 0)
                        coroutine.yield()
                    end
                end)
                pcall(jg.sleep, 1e6)
                jg.sleep(0) -- the other goes on where it was
                over = true
                print(lost)
                os.exit(5)
            ]], "^0$", 5)
        end)

        it("an interrupt reaches the main task past another one's endless loop", function()
            expect_caught([[
                jg.task(function() ]] .. ready .. [[ while true do end end)
                local ok, message = pcall(jg.sleep, 1e6) -- the other task begins when this one waits
                print(message)
                os.exit(5)
            ]], "interrupted by " .. expect.interrupts.INT.says, 5)
        end)

        it("the second interrupt ends the run at once", function()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, catch .. [[
                while true do pcall(jg.sleep, 1e6) end
            ]])
            interrupts.send(guard, "INT")
            assert.equal("caught", guard.stdout:read("l", 60))
            interrupts.send(guard, "INT")
            assert.equal(expect.interrupts.INT.ending, support.ending(guard:wait(60)))
            interrupts.done(guard)
            assert.equal("", support.survivors(marker))
        end)

        -- Interrupts the whole group of a run that is started by way of the words.
        local function interrupt_group(...)
            local job <close> = jg.job {}
            local command = { ... }
            for _, word in ipairs {
                support.child, "terminal", "fork", "ignore", "INT", "wait-byte", "interrupt", "INT", "--",
                "exec", support.jghost, "--level=" .. level, "-e", catch .. [[
                    jg.sleep(0.2) -- the other copy would come meanwhile
                    os.exit(9)
                ]],
            } do
                command[#command + 1] = word
            end
            command.stdin = "pipe"
            local guard, marker = start_command(job, command)
            guard.stdin:write "\n"
            assert.equal("caught", guard.stdout:read("l", 60))
            assert.equal(9, guard:wait(60).code)
            assert.equal("", support.survivors(marker))
        end

        it("an interrupt of the whole group counts once", function()
            interrupt_group()
        end)

        it("an interrupt of the whole group counts once, also when the queue of signals is full", function()
            helper.needs(pending, "signals")
            interrupt_group("prlimit", "--sigpending=0")
        end)

        it("an interrupt of the harness alone isn't lost", function()
            helper.needs(pending, "signals")
            local job <close> = jg.job {}
            local guard, marker = start(job, level, 'local jg = require "jghost" ' .. ready .. "jg.sleep(1e6)")
            assert(support.find(marker, "jghost-harness")):signal "term"
            assert.equal(143, guard:wait(60).code)
        end)

        it("an interrupt of the harness alone, which is about to end, isn't lost", function()
            helper.needs(pending, "signals")
            local job <close> = jg.job {}
            -- the pipe is full when the script has ended, and the rest of the output waits for a reader
            local shell, marker = support.start(job, {
                "bash", "-c", 'exec 3<&0; "$@" </dev/null | { read -r <&3; cat >/dev/null; }; exit ${PIPESTATUS[0]}',
                "bash",
                support.jghost, "--level=" .. level, "-e", [[
                    io.stdout:setvbuf "full"
                    io.write(("x"):rep(65536 + 100))
                    io.stderr:write "written\n"
                ]], stdin = "pipe", stderr = "pipe",
            })
            assert.equal("written", shell.stderr:read("l", 60))
            local harness = support.find(marker, "jghost-harness")
            local deadline = jg.now() + 60
            while state(harness.pid) ~= "S" and jg.now() < deadline do
                jg.sleep(0.005) -- nothing tells of it
            end
            harness:signal "term"
            shell.stdin:write "go on\n"
            assert.equal(143, shell:wait(60).code)
        end)

        it("what was ignored at the start stays ignored", function()
            local job <close> = jg.job {}
            local file = os.tmpname()
            os.remove(file)
            local guard, marker = start_command(job, interrupts.ignoring({
                support.jghost, "--level=" .. level, "-e", ([[
                    local jg, lfs = require "jghost", require "lfs"
                    io.write "ready\n" io.stdout:flush()
                    while not lfs.attributes(%q) do jg.sleep(0.01) end
                    print "still here"
                ]]):format(file) }, file))
            interrupts.send(guard, "INT")
            if expect.posix_signals then
                interrupts.send(guard, "HUP")
                interrupts.send(support.find(marker, "jghost-harness"), "INT")
                helper.write(file, "")
            end
            assert.equal("still here", guard.stdout:read("l", 60))
            assert.equal(0, guard:wait(60).code)
            os.remove(file)
        end)

        it("a stop of the guard stops the harness, and a continue continues it", function()
            helper.needs(pending, "signals")
            local job <close> = jg.job {}
            -- with a shell behind it: a stop that nobody could end is ignored by the system
            local shell, marker = start_command(job, {
                "bash", "-c", 'set -m; "$@" & sleep 1000', "bash", support.jghost, "--level=" .. level, "-e",
                ready .. 'while true do io.write(io.read "l", "\\n") io.stdout:flush() end', stdin = "pipe",
            })
            local guard = support.find(marker, "jghost")
            local harness = support.find(marker, "jghost-harness")
            guard:signal "tstp"
            local deadline = jg.now() + 60
            while (state(harness.pid) ~= "T" or state(guard.pid) ~= "T") and jg.now() < deadline do
                jg.sleep(0.005) -- nothing tells a process that isn't the parent of a stop
            end
            assert.equal("T", state(harness.pid))
            assert.equal("T", state(guard.pid))
            guard:signal "cont"
            shell.stdin:write "on we go\n"
            assert.equal("on we go", shell.stdout:read("l", 60))
        end)
    end)
end

-- At level `reaper` a process of the script's can do that, elsewhere only somebody who isn't in the namespace.
for _, level in ipairs(support.levels()) do
    describe("at level " .. level .. ", init can't be kept from working by stopping it", function()
        local function stop_init(job)
            helper.needs(pending, "signals")
            local guard, marker = start_command(job, {
                support.jghost, "--level=" .. level, "-e", ready .. "io.read() os.exit(11)", stdin = "pipe",
            })
            local init = support.await(marker, "jghost-init")
            for _ = 1, 3 do
                assert(init:signal "stop")
            end
            return guard, marker
        end

        it("when the harness ends", function()
            local job <close> = jg.job {}
            local guard = stop_init(job)
            guard.stdin:write "\n"
            assert.equal(11, assert(guard:wait(10), "the guard doesn't end").code)
        end)

        it("when the harness is killed", function()
            local job <close> = jg.job {}
            local guard, marker = stop_init(job)
            support.await(marker, "jghost-harness"):signal "kill"
            assert.equal(137, assert(guard:wait(10), "the guard doesn't end").code)
            assert.equal("", support.survivors(marker))
        end)
    end)
end
