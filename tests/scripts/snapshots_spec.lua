-- snapshots_spec.lua: what is known of processes, of a job's usage and of the guarantee prints well, and is
-- otherwise a table like any other.

local jg = require "jghost"
local core = require "jghost.core"
local snapshots = require "jghost.snapshots"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local function process(pid, parent, state, command)
    local fields = { pid = pid, parent = parent, state = state, command = command }
    return setmetatable(fields, core.process_snapshot_metatable)
end

local function list(...)
    return setmetatable({ ... }, core.processes_metatable)
end

local function field_names(table)
    local names = {}
    for name in next, table do
        names[#names + 1] = tostring(name)
    end
    return names
end

describe("a list of processes", function()
    it("prints as a table with aligned columns", function()
        assert.equal([[
   PID  PARENT  STATE     COMMAND
     7       0  running   make -j8
123456       7  sleeping  sleep 1000]],
            tostring(list(process(7, 0, "running", "make -j8"), process(123456, 7, "sleeping", "sleep 1000"))))
    end)

    it("has the other terminal's numbers and the jobs' names where they say something", function()
        local one, child, other = process(4, 2, "sleeping", "sh"), process(5, 4, "sleeping", "x"),
            process(6, 2, "running", "y")
        one.job, one.host_pid, other.host_pid = "api tests", 1004, 6
        assert.equal([[
HOST  PID  PARENT  STATE     JOB        COMMAND
1004    4       2  sleeping  api tests  sh
        5       4  sleeping  api tests  x
   6    6       2  running              y]], tostring(list(one, child, other)))
        one.host_pid = 4
        assert.matches("^PID  PARENT  STATE     JOB        COMMAND\n", tostring(list(one, child, other)))
    end)

    it("prints if it is empty", function()
        assert.equal("no processes", tostring(list()))
    end)

    it("prints what isn't known, and no control characters", function()
        assert.equal("PID  PARENT  STATE  COMMAND\n  5       ?  ?      a b c",
            tostring(list(process(5, nil, nil, "a\tb\nc"))))
    end)

    it("prints one of them on a line", function()
        assert.equal("process 7 (running): make -j8", tostring(process(7, 0, "running", "make\n-j8")))
    end)
end)

describe("a list of leaks", function()
    local function leak(pid, parent, age, holds, command)
        local fields = { pid = pid, parent = parent, age = age, holds = holds, command = command }
        return setmetatable(fields, snapshots.leak)
    end

    local function leaks(...)
        return setmetatable({ ... }, snapshots.leaks)
    end

    it("prints as a table with aligned columns", function()
        assert.equal([[
PID  PARENT       AGE  HOLDS               COMMAND
  7    gone  123.46 s  stdout, server.log  gpg-agent --daemon
  8       7    0.00 s  nothing             a b
  9    gone         ?  ?                   ?]], tostring(leaks(
            leak(7, nil, 123.456, { "stdout", "server.log" }, "gpg-agent --daemon"), leak(8, 7, 0, {}, "a\nb"),
            leak(9))))
    end)

    it("has the other terminal's numbers if they are others, and nothing of what nobody knows", function()
        local one = leak(7, nil, 1, nil, "x")
        assert.equal("PID  PARENT     AGE  COMMAND\n  7    gone  1.00 s  x", tostring(leaks(one)))
        one.host_pid = 1007
        assert.equal("HOST  PID  PARENT     AGE  COMMAND\n1007    7    gone  1.00 s  x", tostring(leaks(one)))
    end)

    it("prints one of them on a line, and none", function()
        assert.equal("process 7 (1.50 s old, holds stdout, a b.log): x y",
            tostring(leak(7, nil, 1.5, { "stdout", "a\nb.log" }, "x\ny")))
        assert.equal("process 7 (1.50 s old, holds nothing): x", tostring(leak(7, nil, 1.5, {}, "x")))
        assert.equal("process 7 (1.50 s old): x", tostring(leak(7, nil, 1.5, nil, "x")))
        assert.equal("no leaks", tostring(leaks()))
    end)
end)

describe("what the system says of processes", function()
    local job

    fixture.job(function(new)
        job = new
        helper.spawn(job, { "print", "x", "hang" }, { stdout = "pipe" }).stdout:read()
    end)

    for name, get in pairs {
        ["job:processes()"] = function() return job:processes() end,
        ["jg.processes()"] = function() return jg.processes() end,
    } do
        it("prints: " .. name, function()
            local processes = assert(get())
            assert.truthy(tostring(processes):find("%f[%w]PID  PARENT  STATE%s+COMMAND\n"), tostring(processes))
            assert.truthy(tostring(processes):find("print x hang", 1, true), tostring(processes))
            assert.truthy(tostring(processes[#processes]):find "^process %d+ %(%a+%): ")
            assert.equal("jghost.processes", getmetatable(processes).__name)
            assert.equal("jghost.process_snapshot", getmetatable(processes[1]).__name)
        end)

        it("is a table otherwise: " .. name, function()
            local processes = assert(get())
            local count = 0
            for i, each in ipairs(processes) do
                count = i
                for _, field in ipairs(field_names(each)) do
                    assert.truthy(field:find "^%l[%l_]+$", field)
                end
                assert.is_nil(each.nothing)
            end
            assert.equal(#processes, count)
            assert.equal(count, #field_names(processes))
            table.sort(processes, function(a, b) return a.pid > b.pid end)
            processes[1].mine = 5
            assert.equal(5, processes[1].mine)
        end)
    end

    it("prints where it has leaked", function()
        local result = jg.run(helper.verbs { "hold-pipe" })
        assert.truthy(tostring(result.leaked):find "PID  PARENT +AGE .*COMMAND\n", tostring(result.leaked))
        assert.equal("no leaks", tostring(jg.run(helper.verbs { "exit", "0" }).leaked))
        assert.truthy(tostring(result.leaked[1]):find "^process %d+ %([%d.]+ s old", tostring(result.leaked[1]))
    end)
end)

it("the processes' jobs are known by their names", function()
    local outer <close> = jg.job { name = "outer" }
    local inner, unnamed, other = outer:job { name = "inner" }, outer:job(), jg.job()
    local expected = {}
    for name, job in pairs { inner = inner, outer = unnamed, none = other } do
        local parent = helper.spawn(job, { "fork", "hang", "--", "print", "x", "hang" }, { stdout = "pipe" })
        parent.stdout:read()
        expected[parent.host_pid] = name ~= "none" and name or nil
    end
    local found = {}
    for _, each in ipairs(jg.processes()) do
        found[each.host_pid] = each.job
    end
    assert.same(expected, found)
    local text = tostring(outer:processes())
    assert.equal(2, select(2, text:gsub("  inner  ", "")), text)
    assert.equal(2, select(2, text:gsub("  outer  ", "")), text)
    other:close()
end)

describe("a list of tasks", function()
    it("prints names, states and places", function()
        local output = helper.prints [[
            local jg = require "jghost"
            local pool = require "jghost.pool"
            local never = jg.event()
            jg.task(function() never:wait() end).name = "fetch alpha"
            jg.task(function()
                pool.map(1, { 1 }, function()
                    never:wait()
                end)
            end)
            jg.sleep(0.01)
            jg.task(error)
            print(jg.tasks())
            os.exit(0)
        ]]
        local lines = {}
        for _, line in ipairs(helper.lines(output)) do
            lines[line:gsub(" +", " ")] = true
        end
        assert.same({
            ["TASK STATE WHERE"] = true, ["fetch alpha waiting (command line):4"] = true,
            ["(command line):5 waiting (command line):6"] = true,
            ["pool.map (jghost's own) waiting (command line):7"] = true,
            ["jg.completed (jghost's own) waiting jghost/completed.lua:21"] = true,
            ["[C] ready "] = true, ["(command line) running (command line):12"] = true,
        }, lines)
        assert.equal("no tasks", tostring(setmetatable({}, core.tasks_metatable)))
    end)
end)

describe("a list of jobs", function()
    it("has the outermost ones that are open, and prints", function()
        local before = #jg.jobs()
        local job <close> = jg.job { name = "named" }
        local _ = job:job { name = "inner" }
        local other = jg.job()
        local jobs = {}
        for _, each in ipairs(jg.jobs()) do
            jobs[each] = true
        end
        assert.equal(before + 2, #jg.jobs())
        assert.is_true(jobs[job] and jobs[other])
        assert.matches("job named %(empty%): ", tostring(jg.jobs()))
        assert.matches("job %(empty%): ", tostring(jg.jobs()))
        other:close()
        assert.equal(before + 1, #jg.jobs())
        assert.equal("no jobs", tostring(setmetatable({}, core.jobs_metatable)))
    end)

    it("doesn't keep what is collected", function()
        assert.equal("0\n", helper.prints [[
            local jg = require "jghost"
            jg.job { name = "forgotten" }
            collectgarbage()
            collectgarbage()
            print(#jg.jobs())
        ]])
    end)
end)

describe("a job's usage", function()
    it("prints", function()
        local usage = setmetatable({ user_time = 1.5, system_time = 0.254, peak_memory = 3 << 20, active_processes = 1,
            total_processes = 12, read_bytes = 100, written_bytes = 5000 }, core.usage_metatable)
        assert.equal("1 of 12 processes active, user 1.50 s, system 0.25 s, peak memory 3.0 MiB, read 100 bytes, "
            .. "written 4.9 KiB", tostring(usage))
    end)

    it("prints without what isn't known", function()
        local usage = { user_time = 0, active_processes = 0, spawned_processes = 2 }
        assert.equal("0 processes active, 2 spawned, user 0.00 s", tostring(setmetatable(usage, core.usage_metatable)))
        assert.equal("nothing is known", tostring(setmetatable({}, core.usage_metatable)))
    end)

    it("prints as it comes from a job", function()
        local job <close> = jg.job()
        local usage = assert(job:usage())
        local processes = usage.total_processes and "0 of 0 processes active" or "0 processes active, 0 spawned"
        assert.equal(1, tostring(usage):find(processes .. ", user 0.", 1, true), tostring(usage))
        assert.equal("jghost.usage", getmetatable(usage).__name)
    end)
end)

describe("the guarantee", function()
    it("prints its level, and why there is no stronger one", function()
        assert.equal("namespace", tostring(setmetatable({ level = "namespace" }, core.guarantee_metatable)))
        assert.equal("reaper (not stronger: a; b)",
            tostring(setmetatable({ level = "reaper", why = "a; b" }, core.guarantee_metatable)))
        local guarantee = jg.guarantee()
        assert.equal(guarantee.level, tostring(guarantee):match "^[%l-]+")
        assert.equal("jghost.guarantee", getmetatable(guarantee).__name)
    end)
end)

it("the prompt shows them", function()
    local typed = ("job = jg.job() job:spawn { %q, 'hang' }\njg.processes()\njg.guarantee()\njob:usage()\n")
        :format(support.child)
    local shown = support.run({ "-i" }, { input = typed }).stdout
    assert.truthy(shown:find "PID  PARENT  STATE", shown)
    assert.falsy(shown:find("table: 0x", 1, true), shown)
end)
