-- run.lua: the benchmarks. Each compares two things in one run and prints their ratio.
--
--     ./bootstrap bench [windows] [--short] [--peers] [NAME...]
--
-- With `windows` it is that of Windows, in Wine, whose times say little of Windows; their ratio says something.
-- --short does so little that the figures mean nothing: it shows only that nothing here has rotted.
-- --peers compares with other programs that start processes; ./bootstrap installs those that Debian has.

local jg = require "jghost"
local expect = require "tests.expect"
local support = require "tests.support"

if arg[1] == "windows" then
    -- All of it on one processor: each process exchanges a thousand messages with Wine's server, and costs twice as
    -- much where the two happen to be on different ones.
    assert(jg.run { "sh", "-c", "taskset -cp 0 $PPID" }.ok)
    local wine <close> = require "tests.wine".open()
    local command = { "build/windows/release/jghost.exe", "tests/bench/run.lua", table.unpack(arg, 2) }
    command.stdout, command.stderr = "inherit", "inherit"
    local result = assert(jg.run(wine:command(command)))
    assert(result.ok, tostring(result))
    return
end

local on_windows = expect.system == "windows"
local build = support.build
local plain_loop = build .. (on_windows and "/create_process_loop.exe" or "/posix_spawn_loop")
local short, with_peers, chosen = false, false, {}
for _, word in ipairs(arg) do
    if word == "--short" then
        short = true
    elseif word == "--peers" then
        with_peers = true
    else
        chosen[word] = true
    end
end

local function median(list)
    table.sort(list)
    return list[(#list + 1) // 2]
end

--- Runs a program that prints one line of name=value, and returns the values. Or nil and a reason: it isn't here, or
--- it says by its status, 77, and on standard error, that what it measures isn't.
local function measure(command)
    local result, refused = jg.run(command)
    if not result then
        return nil, refused
    elseif result.code == 77 then
        return nil, assert(result.stderr:match "[^\n]+", command[2] .. " doesn't say why it is skipped")
    end
    assert(result.ok, ("%s: %s\n%s"):format(command[1], tostring(result), result.stderr))
    local values = {}
    for name, value in result.stdout:gmatch "([%w_]+)=([%d.-]+)" do
        values[name] = tonumber(value)
    end
    return values
end

local function report(name, ours, theirs, target)
    print(("%-44s %10.1f against %10.1f   ratio %.2f%s"):format(name, ours, theirs, theirs / ours,
        target and ("   (aim: " .. target .. ")") or ""))
    io.stdout:flush()
end

-- ---- spawn and reap, contained in a shared job -----------------------------------------------------

-- Microseconds for each of `count` processes, `width` at a time, from this Lua.
local function spawn_rate(job, program, count, width, stdout)
    local left, tasks = count, {}
    local began = jg.now()
    for i = 1, width do
        tasks[i] = jg.task(function()
            while left > 0 do
                left = left - 1
                local process = assert(job:spawn { program, stdin = "inherit", stdout = stdout })
                assert(process:wait().ok)
            end
        end)
    end
    for _, task in ipairs(tasks) do
        task:wait() -- jg.wait_all would keep the error of one that failed
    end
    return (jg.now() - began) * 1e6 / count
end

-- What jghost.exe loads. In Wine a process is made out of two copies of its parent's address space, so a fair parent
-- has as much in its own.
local libraries = { "advapi32", "iphlpapi", "user32", "userenv", "ws2_32" }

local function bench_spawn()
    local rounds, count = short and 1 or 9, short and 50 or on_windows and 60 or 3000
    local target = on_windows and { "0.85", "0.85" } or { "1.0", "1.4" }
    for i, width in ipairs { 1, 8 } do
        local name = ("spawn, %d at a time: us a process"):format(width)
        local ours, theirs, loaded = {}, {}, {}
        for round = 1, rounds do
            local job <close> = jg.job {}
            ours[round] = spawn_rate(job, support.tiny, count, width)
            local loop = { plain_loop, count, width, support.tiny }
            theirs[round] = assert(measure(loop)).us_per_process
            if on_windows then
                loaded[round] = assert(measure(table.move(libraries, 1, #libraries, #loop + 1, loop))).us_per_process
            end
        end
        report(name, median(ours), median(theirs), target[i])
        if on_windows then
            report("  and from a program with our libraries", median(ours), median(loaded), target[i])
        end
    end
end

-- The same with both on one processor: one at a time there is nothing to do for a second one, but the
-- system may still wake it for each child, or not, and that is what the figures above then show.
local function bench_spawn_pinned()
    local rounds, count = short and 1 or 5, short and 50 or 3000
    local script = [[
        local jg = require "jghost"
        local job, count = jg.job {}, tonumber(arg[2])
        local began = jg.now()
        for _ = 1, count do job:spawn { arg[1], stdin = "inherit" }:wait() end
        print("us_per_process=" .. (jg.now() - began) * 1e6 / count)
    ]]
    local name = support.script(script)
    local ours, theirs = {}, {}
    for round = 1, rounds do
        ours[round] = assert(measure { "taskset", "-c", "0", support.jghost, name, support.tiny, count }).us_per_process
        theirs[round] = assert(measure { "taskset", "-c", "0", build .. "/posix_spawn_loop", count, 1,
            support.tiny }).us_per_process
    end
    os.remove(name)
    report("spawn, 1 at a time, on one processor: us", median(ours), median(theirs), "1.0")
end

-- Of each kind of jobs that there is here; as root, also of those that an ordinary user has, whose program and script
-- must be where he may read them.
local function bench_job_each()
    local count = short and 20 or on_windows and 60 or 1000
    local script, program = "tests/bench/job_each.lua", support.tiny
    local function line(name, target, command)
        local values, why = measure(command)
        if values then
            report(name .. ", 8 at a time: us", values.own, values.shared, target)
        else
            print(("%-44s skipped: %s"):format(name, why))
        end
    end
    line("a job each", "0.8", { support.jghost, script, program, count })
    if on_windows then
        return
    end
    line("an isolated job each", nil, { support.jghost, script, program, count, "isolated" })
    if jg.run { "id", "-u" }.stdout ~= "0\n" then
        return
    end
    local copy <close> = setmetatable({ path = jg.run { "mktemp", "-d" }.stdout:match "[^\n]+" }, {
        __close = function(self) jg.run { "rm", "-rf", self.path } end,
    })
    assert(jg.run { "cp", support.jghost, script, program, copy.path }.ok)
    assert(jg.run { "chmod", "-R", "a+rX", copy.path }.ok)
    local function as_nobody(name, target, kind)
        line("as nobody, " .. name, target, {
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy.path .. "/jghost",
            copy.path .. "/job_each.lua", copy.path .. "/tiny", count, kind,
        })
    end
    as_nobody("a job each", "0.8", "plain")
    as_nobody("an isolated job each", nil, "isolated")
end

-- Megabytes a second from 8 processes that write as fast as they can, each into a capture of the usual bounds.
local function bench_capture()
    local rounds, bytes = short and 1 or 7, short and 1 << 20 or 256 << 20
    local ours, theirs = {}, {}
    for round = 1, rounds do
        local job <close> = jg.job {}
        local began, processes = jg.now(), {}
        for i = 1, 8 do
            processes[i] = assert(job:spawn { build .. "/pour", bytes, stdout = "capture" })
        end
        jg.wait_all(processes)
        ours[round] = jg.now() - began
        assert(processes[8].stdout_omitted == math.max(0, bytes - (8 << 20)))
        theirs[round] = assert(measure { build .. "/read_loop", 8, 256 << 10, build .. "/pour", bytes }).seconds
    end
    report("capturing 8 streams at once: ms a GiB", median(ours) * 1e3 * (1 << 27) / bytes,
        median(theirs) * 1e3 * (1 << 27) / bytes, "0.8")
end

local peers = {
    { "xargs -P", "sh", "tests/bench/peers/xargs.sh" },
    { "make -j", "sh", "tests/bench/peers/make.sh" },
    { "GNU parallel", "sh", "tests/bench/peers/parallel.sh" },
    { "luv", "lua5.4", "tests/bench/peers/luv.lua" },
    { "python3 threads", "python3", "tests/bench/peers/spawn.py" },
    { "node", "node", "tests/bench/peers/spawn.js" },
}

local function bench_peers()
    local count = short and 30 or 2000
    for _, peer in ipairs(peers) do
        local job <close> = jg.job {}
        local values, why = measure { peer[2], peer[3], support.tiny, count, 8 }
        if values then
            local ours = spawn_rate(job, support.tiny, count, 8)
            report("spawn, 8 at a time, and " .. peer[1], ours, values.us_per_process)
        else
            print(("%-44s skipped: %s"):format("peer " .. peer[1], why))
        end
    end
end

-- ---- start-up ------------------------------------------------------------------------------------------

local function bench_start()
    local rounds = short and 3 or 200
    local values = assert(measure { build .. "/start_cost", rounds, support.jghost, "-e", "", "--versus", "lua5.4",
        "-e", "" })
    report("start-up of -e '', and of lua5.4: us", values.a_us, values.b_us)
    print(("%-44s %10.1f us more than lua5.4   (aim: at most 3000)"):format("", values.difference_us))
end

-- ---- many live processes ---------------------------------------------------------------------------------

local function memory_of_this()
    for line in io.lines "/proc/self/status" do
        local kib = line:match "^RssAnon:%s*(%d+)"
        if kib then
            return tonumber(kib) * 1024
        end
    end
end

-- Microseconds from ending one of the processes until the task that waits for it goes on.
local function wake_up_cost(processes, samples)
    local costs = {}
    for i = 1, samples do
        local process = processes[i]
        local began = jg.now()
        process:signal "kill"
        process:wait()
        costs[i] = (jg.now() - began) * 1e6
    end
    return median(costs)
end

local function live_processes(count)
    local job <close> = jg.job {}
    collectgarbage()
    local before, processes = memory_of_this(), {}
    for i = 1, count do
        processes[i] = assert(job:spawn { build .. "/pause", stdin = "inherit" })
        jg.task(function() processes[i]:wait() end)
    end
    jg.sleep(0) -- lets the tasks begin to wait
    collectgarbage()
    local memory = (memory_of_this() - before) / count
    return wake_up_cost(processes, math.min(50, count)), memory
end

local function bench_live()
    local few, many = 100, short and 300 or 10000
    local few_cost = live_processes(few)
    local many_cost, memory = live_processes(many)
    report(("wake-up with %d and with %d live: us"):format(few, many), few_cost, many_cost, "at most 2")
    print(("%-44s %10.0f bytes   (aim: under 4096)"):format("our memory for each live process", memory))
end

-- ---- the end -----------------------------------------------------------------------------------------------

local start_many = [[
    local jg = require "jghost"
    local job = jg.job {}
    for _ = 1, tonumber(arg[1]) do assert(job:spawn { arg[2], stdin = "inherit", stdout = "null" }) end
    print "ready" io.stdout:flush()
    jg.sleep(1e6)
]]

-- The first process of a guard's namespace, with which the kernel is done when all in it are gone. (A list of all
-- processes would say it, too, but the kernel would have an entry in /proc for each then, and have to clear it away.)
local function init_of(guard)
    local children = support.read(("/proc/%d/task/%d/children"):format(guard.pid, guard.pid))
    return assert(jg.open(tonumber(children:match "%d+")))
end

-- Milliseconds from SIGKILL to the guard until all that it started is gone.
local function guard_teardown(count)
    local name = support.script(start_many)
    local job <close> = jg.job {}
    local guard = assert(job:spawn { support.jghost, name, count, build .. "/pause", stdout = "pipe" })
    assert(guard.stdout:read "l" == "ready")
    os.remove(name)
    local init = init_of(guard)
    local began = jg.now()
    guard:signal "kill"
    init:wait()
    return (jg.now() - began) * 1e3
end

local function bench_end()
    local count, rounds = short and 100 or 10000, short and 1 or 5
    local ours, theirs = {}, {}
    for round = 1, rounds do
        ours[round] = guard_teardown(count)
        theirs[round] = assert(measure { build .. "/namespace_teardown", count, build .. "/pause" }).teardown_ms
    end
    report(("SIGKILL to the guard, %d live: ms"):format(count), median(ours), median(theirs), "1")
end

local benches = {
    { "spawn", bench_spawn }, { "pinned", bench_spawn_pinned },
    { "job", bench_job_each }, { "capture", bench_capture }, { "start", bench_start }, { "live", bench_live },
    { "end", bench_end },
}
if on_windows then
    benches = { benches[1], benches[3] } -- the others measure what is Linux's own
elseif with_peers then
    table.insert(benches, { "peers", bench_peers })
end

print "ratio: how many times as fast as what we compare with (for wake-ups and memory: as costly)"
for _, bench in ipairs(benches) do
    if next(chosen) == nil or chosen[bench[1]] then
        bench[2]()
    end
end
