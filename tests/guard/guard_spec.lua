-- guard_spec.lua: what the guard is, and what the harness finds around it.

local expect = require "tests.expect"
local jg = require "jghost"
local lfs = require "lfs"
local fixture = require "tests.fixture"
local interrupts = require "tests.interrupts"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local waiting = [[
    local jg = require "jghost"
    io.write "ready\n" io.stdout:flush()
    jg.sleep(1e6)
]]

-- The child, for a shell: it takes the shell's place, so that closing the pipe isn't enough to end it.
local popen = expect.shell and "exec " .. support.child or support.child:gsub("/", "\\")

local script_file
fixture.script(waiting, function(file) script_file = file end)

-- Waits until the guard has told init something that init hasn't taken. Nothing else tells of it.
local function await_order(guard)
    local folder, deadline = ("/proc/%d/fdinfo"):format(guard.pid), jg.now() + 60
    while jg.now() < deadline do
        for fd in lfs.dir(folder) do
            local count = support.read_any(folder .. "/" .. fd):match "eventfd%-count:%s*(%x+)"
            if count and tonumber(count, 16) > 1 then -- the first was to begin
                return
            end
        end
        jg.sleep(0.005)
    end
    error "no order was given"
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("reports the level that it has", function()
            local result = support.run { "--level=" .. level, "-e", 'print(require "jghost".guarantee().level)' }
            assert.equal(level .. "\n", result.stdout)
        end)

        it("exits with the script's status", function()
            for _, code in ipairs { 0, 1, 7, 255, 0xC0000005 & expect.statuses, expect.statuses } do
                local result = support.run { "--level=" .. level, "-e", "os.exit(" .. code .. ")" }
                assert.equal(code, result.code)
            end
        end)

        it("reports a harness that crashed", function()
            local job <close> = jg.job {}
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "-e", waiting,
                stdout = "pipe" })
            assert.equal("ready", guard.stdout:read("l", 60))
            local harness = assert(support.find(marker, "jghost-harness"))
            assert(jg.run { support.child, "kill", tostring(harness.pid), "SEGV" }.ok)
            assert.equal(expect.died.SEGV, guard:wait(60).code)
        end)

        it("exits only when the job is empty", function()
            local job <close> = jg.job {}
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "-e", [[
                local jg = require "jghost"
                local job = jg.job {}
                for _ = 1, 50 do job:spawn { arg[1], "daemonise", "ignore-all", "setsid", "hang" } end
            ]], "-", support.child, stdin = "null" })
            assert(guard:wait(60))
            assert.equal(0, #support.marked(marker))
        end)

        it("has one thread, no Lua, and less than 2 MB of its own", function()
            local job <close> = jg.job {}
            local guard = support.start(job, { support.jghost, "--level=" .. level, "-e", waiting, stdout = "pipe" })
            assert.equal("ready", guard.stdout:read("l", 60))
            for _, process in ipairs(job:processes()) do
                if process.pid == guard.pid then
                    assert.is_true(process.threads <= expect.guard_threads)
                end
            end
            if expect.proc then -- nobody else tells a process's own memory from its libraries'
                local status = support.read(("/proc/%d/status"):format(guard.pid))
                assert.is_true(tonumber(status:match "\nRssAnon:%s*(%d+)") < 2048)
            end
        end)

        it("gives children nothing but their standard descriptors, whatever it was given", function()
            local result = assert(jg.run { support.child, "leak-fd", "77", "exec", support.jghost, "--level=" .. level,
                "-e", 'print(require "jghost".run { arg[1], "dump-fds" }.stdout)', "-", support.child })
            local seen = {}
            for number in result.stdout:gmatch "(%d+) [^\n]*" do
                seen[#seen + 1] = number
            end
            assert.same({ "0", "1", "2" }, seen)
        end)

        it("runs inside itself, five deep, and one kill ends all", function()
            local job <close> = jg.job {}
            local nest = [[
                local jg = require "jghost"
                local depth = tonumber(os.getenv "DEPTH")
                if depth == 0 then io.write "ready\n" io.stdout:flush() jg.sleep(1e6) end
                local job <close> = jg.job {}
                print(job:spawn { os.getenv "JGHOST", "--level=" .. os.getenv "LEVEL", "-e", os.getenv "NEST",
                    env = { DEPTH = tostring(depth - 1) } }:wait())
            ]]
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "-e", nest, stdout = "pipe",
                env = { DEPTH = "5", NEST = nest, JGHOST = support.jghost, LEVEL = level } })
            assert.equal("ready", guard.stdout:read("l", 60))
            assert.is_true(#support.marked(marker) >= 6 * (expect.own_processes - 1))
            guard:signal "kill"
            guard:wait()
            assert.equal("", support.survivors(marker))
        end)

        it("guards one command without Lua", function()
            local child = support.child
            local expected = { [{ child, "exit", "3" }] = 3, [{ "/nowhere" }] = 127, [{ script_file }] = 126,
                [{ child, "signal", "TERM" }] = expect.died.TERM,
                [{ child, "exit", tostring(expect.statuses) }] = expect.statuses }
            for words, code in pairs(expected) do
                local result = support.run { "--level=" .. level, "--exec", table.unpack(words) }
                assert.equal(code, result.code, result.stderr)
            end
        end)

        it("ends what a guarded command leaves", function()
            local job <close> = jg.job {}
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "--exec", support.child,
                "daemonise", "ignore-all", "setsid", "hang" })
            assert.equal(0, guard:wait(60).code)
            assert.equal("", support.survivors(marker))
        end)

        for what, rest in pairs { ["whose script has ended"] = "", ["that waits"] = "jg.sleep(1e6)" } do
            it(("a run %s is ended by an interrupt, though a popen is open"):format(what), function()
                local job <close> = jg.job {}
                local name = expect.posix_signals and "TERM" or "INT"
                local command = interrupts.command({ support.jghost, "--level=" .. level, "-e",
                    ('jg = require "jghost" p = io.popen(%q) print((p:read():gsub("\\r", ""))) io.stdout:flush() ')
                        :format(popen .. " ignore-all ready hang") .. rest }, name)
                command.stdout, command.stdin = "pipe", command.stdin or "null"
                local guard, marker = support.start(job, command)
                assert.equal("ready", guard.stdout:read("l", 60))
                interrupts.send(guard, name)
                local ending = support.ending(assert(guard:wait(60), "it goes on"))
                -- The interrupt ends cmd.exe, too, and with it a run that waits for nothing else: which of both is
                -- first isn't known.
                local over_before = not expect.shell and rest == "" and ending == 0
                assert.is_true(over_before or ending == expect.interrupts[name].ending, tostring(ending))
                interrupts.done(guard)
                assert.equal("", support.survivors(marker))
            end)
        end

        it("--timeout ends all, and exits with 124", function()
            local job <close> = jg.job {}
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "--timeout=0.3", "-e", [[
                local jg = require "jghost"
                local job = jg.job {}
                job:spawn { arg[1], "ignore-all", "fork-tree", "2", "2", "hang" }
                while true do pcall(jg.sleep, 1e6) end
            ]], "-", support.child, stdin = "null" })
            assert.equal(124, guard:wait(60).code)
            assert.equal("", support.survivors(marker))
        end)

        if level == "reaper" then
            -- Its time is over when init doesn't listen yet; what the system refuses then is no matter any more.
            for name, refused in pairs { ["and isn't to"] = "fork:1", ["but will"] = "" } do
                it("--timeout that is over before init listens, " .. name .. ", ends all", function()
                    local job <close> = jg.job {}
                    local guard, marker = support.start(job, {
                        support.fault, "--level=reaper", "--timeout=0",
                        "-e", "while true do pcall(require 'jghost'.sleep, 1e6) end",
                        env = { JGHOST_STAGE = "harness-released", JGHOST_REFUSE_AFTER = "harness-released",
                            JGHOST_REFUSE = refused }, stdin = "pipe", stderr = "pipe",
                    })
                    assert.equal("stage harness-released", guard.stderr:read("l", 60))
                    await_order(guard)
                    guard.stdin:close()
                    assert.equal(124, assert(guard:wait(60), "the run goes on").code)
                    assert.equal("jghost: the time, 0 s, is up", guard.stderr:read("l", 60))
                    assert.equal("", support.survivors(marker))
                end)
            end

            -- Cuts a run short whose init is traced: by one of its processes, or by us.
            local function end_held(from_outside)
                local job <close> = jg.job {}
                local guard, marker = support.start(job, { support.jghost, "--level=reaper", "-e", [[
                    local jg = require "jghost"
                    local init = io.open("/proc/self/stat"):read("a"):match "%) %a (%d+)"
                    local job <close> = jg.job {}
                    local words = arg[2] == "ours" and { "ready", "hang" } or { "trace", init, "ready", "hang" }
                    local tracer = assert(job:spawn { arg[1], stdout = "pipe", table.unpack(words) })
                    print(tracer.stdout:read "l")
                    io.stdout:flush()
                    while true do pcall(jg.sleep, 1e6) end
                ]], "-", support.child, from_outside and "ours" or "its own", stdout = "pipe" })
                assert.equal("ready", guard.stdout:read("l", 60))
                if from_outside then
                    local init = assert(support.find(marker, "jghost-init"))
                    local words = { "trace", tostring(init.pid), "ready", "hang" }
                    local tracer = helper.spawn(job, words, { stdout = "pipe" })
                    assert.equal("ready", tracer.stdout:read("l", 60))
                end
                local deadline = jg.now() + 60
                repeat
                    guard:signal "term"
                until guard:wait(0.3) or jg.now() > deadline
                assert.equal("TERM", support.ending(assert(guard:wait(0), "the run goes on")))
                assert.equal("", support.survivors(marker))
            end

            it("a run whose init is traced by one of its processes can be cut short", function()
                helper.needs(pending, "tracing")
                end_held(false)
            end)

            it("a run whose init is held by a debugger can be cut short", function()
                helper.needs(pending, "tracing")
                end_held(true)
            end)
        end
    end)
end

it("says which level can't be had, and starts nothing", function()
    for _, option in ipairs(expect.refused_levels) do
        local result = support.run { option, "-e", "print(1)" }
        assert.equal(125, result.code)
        assert.equal("", result.stdout)
        assert.truthy(result.stderr:find(option, 1, true))
    end
end)

it("in a namespace, numbers are its own and the user's", function()
    if not expect.in_namespace[support.levels()[1]] then
        pending "there is no namespace to be had here"
    end
    local job <close> = jg.job {}
    local guard, marker = support.start(job, { support.jghost, "--require=namespace", "-e", [[
        local jg = require "jghost"
        local job = jg.job {}
        local process = job:spawn { "sleep", "1000" }
        local info = job:processes()[1]
        print(process.pid, process.host_pid, info.pid, info.host_pid, info.command)
        print(io.open("/proc/1/comm"):read "l")
        io.stdout:flush()
        jg.sleep(1e6)
    ]], stdout = "pipe" })
    local line = guard.stdout:read("l", 60)
    local pid, host_pid, info_pid, info_host_pid, command = line:match "(%d+)\t(%d+)\t(%d+)\t(%d+)\t(.*)"
    assert.equal("sleep 1000", command)
    assert.equal(pid, info_pid)
    assert.equal(host_pid, info_host_pid)
    assert.is_true(tonumber(pid) < 100)
    assert.equal("jghost-init", guard.stdout:read("l", 60))
    local found
    for _, process in ipairs(support.marked(marker)) do
        found = found or (process.name == "sleep" and process.pid)
    end
    assert.equal(found, tonumber(host_pid))
end)

it("a copy of the executable alone runs elsewhere", function()
    local folder = helper.folder()
    local copy = helper.write(folder .. "/copy" .. expect.programs, support.read(support.jghost), expect.executable)
    local result = assert(jg.run { copy, "-e", 'print(require "jghost.pool".size() > 0, require "lfs"._VERSION)',
        cwd = folder, clear_env = true })
    helper.remove(folder)
    assert.matches("^true\tLuaFileSystem", result.stdout)
end)

it("leaves no cgroup behind, not even killed: the next run sweeps it", function()
    local job <close> = jg.job {}
    local guard = support.start(job, { support.jghost, "-e", [[
        local jg = require "jghost"
        local job = jg.job {}
        job:spawn { "sleep", "1000" }
        print(job:kind()) io.stdout:flush()
        jg.sleep(1e6)
    ]], stdout = "pipe" })
    if guard.stdout:read("l", 60) ~= "cgroup" then
        pending "no cgroup is writable here: there are none to leave behind"
    end
    guard:signal "kill"
    guard:wait(60)
    local path = support.read("/proc/self/cgroup"):match "\n?0::([^\n]*)"
    local mount = support.read("/proc/self/mountinfo"):match "%d+:%d+ %S+ (/%S*) [^\n]- %- cgroup2 "
    local function left()
        local names = {}
        for name in lfs.dir(mount .. path) do
            names[#names + 1] = name:match "^jghost%-.*"
        end
        return names
    end
    support.run { "-e", 'require "jghost".job {}' }
    local ours = left()
    -- those of runs that are alive are locked and stay: the one that runs this, and its parallel ones
    for _, name in ipairs(ours) do
        assert.is_nil(name:match("^jghost%-" .. guard.pid .. "%-"))
    end
end)
