-- signal_spec.lua: interrupts, stop and continue, as a user of a terminal program expects them.

local jg = require "jghost"
local support = require "tests.support"

-- Starts jghost with a script that says "ready" itself, in a job that the caller closes.
local function start(job, level, script, options)
    -- whoever runs the tests in the background has SIGINT ignored, and so would we
    options = options or { "env", "--default-signal=INT,HUP,TERM" }
    local command = table.move(options, 1, #options, 1, {})
    for _, word in ipairs { support.jghost, "--level=" .. level, "-e", script } do
        command[#command + 1] = word
    end
    command.stdout, command.stderr, command.stdin = "pipe", "capture", options.stdin
    local guard, marker = support.start(job, command)
    assert.equal("ready", guard.stdout:read("l", 60))
    return guard, marker
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
                local job <close> = jg.job {}
                local guard, marker = start(job, level, [[
                    local closed <close> = setmetatable({}, { __close = function() print "cleaned up" end })
                    local jg = require "jghost"
                    local job = jg.job {}
                    job:spawn { "sleep", "1000" }
                ]] .. ready .. "jg.sleep(1e6)")
                guard:signal(name:lower())
                local status = guard:wait(60)
                assert.equal(name, status.signal)
                assert.equal("cleaned up", guard.stdout:read("l", 10))
                assert.matches("interrupted by SIG" .. name, guard.stderr)
                assert.equal("", support.survivors(marker))
            end)
        end

        -- Expects that the script catches an interrupt, prints what it was, and exits with the status.
        local function expect_caught(script, printed, code)
            local job <close> = jg.job {}
            local guard = start(job, level, 'local jg = require "jghost" ' .. script)
            guard:signal "int"
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
            ]], "^false\t.*interrupted by SIGINT", 7)
        end)

        it("an interrupt reaches a loop that never waits", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "while true do end")
            guard:signal "int"
            assert.equal("INT", guard:wait(60).signal)
        end)

        it("an interrupt reaches the main task past another one's endless loop", function()
            expect_caught([[
                jg.task(function() ]] .. ready .. [[ while true do end end)
                local ok, message = pcall(jg.sleep, 1e6) -- the other task begins when this one waits
                print(message)
                os.exit(5)
            ]], "interrupted by SIGINT", 5)
        end)

        it("the second interrupt ends the run at once", function()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, catch .. [[
                while true do pcall(jg.sleep, 1e6) end
            ]])
            guard:signal "int"
            assert.equal("caught", guard.stdout:read("l", 60))
            guard:signal "int"
            assert.equal("INT", guard:wait(60).signal)
            assert.equal("", support.survivors(marker))
        end)

        it("an interrupt of the whole group counts once", function()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, catch .. [[
                jg.sleep(0.2) -- the other copy would come meanwhile
                os.exit(9)
            ]], { "env", "--default-signal=INT", "setsid" })
            local pid = guard.pid -- setsid(1) execs: it leads the group
            assert(jg.run { "kill", "-INT", "--", "-" .. pid }.ok)
            assert.equal("caught", guard.stdout:read("l", 60))
            assert.equal(9, guard:wait(60).code)
            assert.equal("", support.survivors(marker))
        end)

        it("an interrupt of the harness alone isn't lost", function()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, 'local jg = require "jghost" ' .. ready .. "jg.sleep(1e6)")
            assert(support.find(marker, "jghost-harness")):signal "term"
            assert.equal(143, guard:wait(60).code)
        end)

        it("what was ignored at the start stays ignored", function()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, 'local jg = require "jghost" ' .. ready ..
                'io.read "l" print "still here" io.stdout:flush()',
                { "sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh", stdin = "pipe" })
            guard:signal "int"
            guard:signal "hup"
            support.find(marker, "jghost-harness"):signal "int"
            guard.stdin:write "go\n"
            assert.equal("still here", guard.stdout:read("l", 60))
            assert.equal(0, guard:wait(60).code)
        end)

        it("a stop of the guard stops the harness, and a continue continues it", function()
            local job <close> = jg.job {}
            -- with a shell behind it: a stop that nobody could end is ignored by the system
            local shell, marker = start(job, level, 'local jg = require "jghost" ' .. ready ..
                'while true do io.write(io.read "l", "\\n") io.stdout:flush() end',
                { "bash", "-c", 'set -m; "$@" & sleep 1000', "bash", stdin = "pipe" })
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
