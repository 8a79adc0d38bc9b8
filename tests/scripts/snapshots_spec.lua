-- snapshots_spec.lua: what is known of processes, of a job's usage and of the guarantee prints well, and is
-- otherwise a table like any other.

local jg = require "jghost"
local core = require "jghost.core"
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
        assert.truthy(tostring(result.leaked):find "PID  PARENT  STATE", tostring(result.leaked))
        assert.equal("no processes", tostring(jg.run(helper.verbs { "exit", "0" }).leaked))
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
        local usage = { user_time = 0, active_processes = 0, total_processes = 2 }
        assert.equal("0 of 2 processes active, user 0.00 s", tostring(setmetatable(usage, core.usage_metatable)))
        assert.equal("nothing is known", tostring(setmetatable({}, core.usage_metatable)))
    end)

    it("prints as it comes from a job", function()
        local job <close> = jg.job()
        local usage = assert(job:usage())
        assert.truthy(tostring(usage):find "^0 of 0 processes active, user 0%.", tostring(usage))
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
    local typed = "job = jg.job() job:spawn { 'sleep', '1000' }\njg.processes()\njg.guarantee()\njob:usage()\n"
    local shown = support.run({ "-i" }, { input = typed }).stdout
    assert.truthy(shown:find "PID  PARENT  STATE", shown)
    assert.falsy(shown:find("table: 0x", 1, true), shown)
end)
