-- limit_spec.lua: what a job may have at most, what happens when it wants more, and who is told.
--
-- Where a limit can't be had the specs of it are skipped, unless JGHOST_LIMITS says that it must be (in the emulated
-- machines of tests/vm it does).

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local MIB = 1 << 20

-- Why a limit isn't to be had; nil if it is. Such a job has to do it, too.
local function refusal(options)
    local job <close>, message, _, name = jg.job(options)
    if job then
        return nil
    end
    assert.equal("not_supported", name, message)
    return message
end

local function needs(options)
    local message = refusal(options)
    if message then
        assert.is_nil(os.getenv "JGHOST_LIMITS", message)
        pending(message)
    end
end

-- A child that needs so much memory, and goes on when it has it.
local function eater(megabytes)
    return { "allocate", tostring(megabytes * MIB), "ready", "hang" }
end

local some_memory = { memory = "48M" }

describe("a job with a limit of memory", function()
    local job
    fixture.job(function(new) job = new end, {})

    it("ends as a whole when it needs more, and says so", function()
        needs(some_memory)
        local limited = assert(job:job(some_memory))
        local outside = helper.spawn(job, { "hang" })
        local bystander = helper.spawn(limited, { "hang" })
        local process = helper.spawn(limited, eater(200), { stdout = "capture", stderr = "capture" })
        local status = process:wait(60)
        assert.equal("memory", status.limit)
        assert.is_false(status.ok)
        assert.equal("", process.stdout)
        assert.equal("memory", bystander:wait(60).limit)
        assert.truthy(tostring(status):find "limit: memory")
        assert.is_true(limited:wait(60))
        assert.is_nil(outside:wait(0))
    end)

    it("lets it have as much as that", function()
        needs(some_memory)
        local limited <close> = assert(jg.job { memory = 160 * MIB })
        local process = helper.spawn(limited, eater(64), { stdout = "pipe" })
        assert.equal("ready", process.stdout:read("l", 60))
        assert.is_true(limited:usage().peak_memory >= 64 * MIB)
        process:signal "kill"
        assert.is_nil(process:wait(60).limit)
    end)

    it("holds for the jobs inside it", function()
        needs(some_memory)
        local outer <close> = assert(jg.job(some_memory))
        local inner = assert(outer:job { memory = "1G" })
        assert.equal("memory", helper.spawn(inner, eater(200), { stderr = "capture" }):wait(60).limit)
    end)

    it("doesn't hold for the job around it, which may have processes by then", function()
        needs(some_memory)
        local first <close> = assert(jg.job(some_memory)) -- from here on jobs are where limits can be had
        local outer <close> = assert(jg.job())
        local process = helper.spawn(outer, { "fork-tree", "1", "3", "ready", "hang" }, { stdout = "pipe" })
        assert.equal("ready", process.stdout:read("l", 60))
        local inner = assert(outer:job(some_memory))
        local big = helper.spawn(outer, eater(100), { stdout = "pipe" })
        assert.equal("ready", big.stdout:read("l", 60))
        assert.equal("memory", helper.spawn(inner, eater(100), { stderr = "capture" }):wait(60).limit)
        assert.is_nil(process:wait(0))
        assert.equal(5, #outer:processes())
        outer:close()
        assert.is_false(process.status.ok)
        assert.is_nil(first:processes()[1])
    end)

    it("holds again after it was ended", function()
        needs(some_memory)
        local limited <close> = assert(jg.job(some_memory))
        local inner = assert(limited:job { processes = 100 })
        helper.spawn(limited, { "hang" })
        assert(limited:terminate())
        assert.is_true(limited:wait(60))
        assert.equal("memory", helper.spawn(inner, eater(200), { stderr = "capture" }):wait(60).limit)
        assert.equal("memory", helper.spawn(limited, eater(200), { stderr = "capture" }):wait(60).limit)
    end)

    it("blames nobody for what others did", function()
        needs(some_memory)
        local limited <close> = assert(jg.job(some_memory))
        assert.equal("memory", helper.spawn(limited, eater(200), { stderr = "capture" }):wait(60).limit)
        local after = helper.spawn(limited, { "hang" })
        after:signal "kill"
        assert.is_nil(after:wait(60).limit)
    end)

    it("can be isolated", function()
        helper.needs_isolation(pending)
        needs(some_memory)
        local limited <close> = assert(jg.job { isolate = true, memory = "48M" })
        assert.equal("memory", helper.spawn(limited, eater(200), { stderr = "capture" }):wait(60).limit)
    end)

    it("is what jg.run tells of", function()
        needs(some_memory)
        local result = assert(jg.run(helper.verbs(eater(200), some_memory)))
        assert.equal("memory", result.limit)
    end)
end)

describe("a job with a limit of processes", function()
    it("refuses more, to the script and to its processes", function()
        needs { processes = 3 }
        local job <close> = assert(jg.job { processes = 3 })
        helper.spawn(job, { "hang" })
        local second = helper.spawn(job, { "hang" })
        helper.spawn(job, { "hang" })
        local process, message, _, name = job:spawn(helper.verbs { "hang" })
        assert.is_nil(process)
        assert.equal("no_processes", name)
        assert.truthy(message:find("limit", 1, true), message)
        assert.equal(3, #job:processes())
        second:signal "kill"
        second:wait(60)
        local forking = helper.spawn(job, { "fork", "hang", "--", "hang" }, { stderr = "capture" })
        local status = forking:wait(60)
        assert.is_false(status.ok)
        assert.equal("processes", status.limit)
    end)

    it("blames nobody who was done before", function()
        needs { processes = 3 }
        local job <close> = assert(jg.job { processes = 1 })
        local process = helper.spawn(job, { "wait-byte", "exit", "3" }, { stdin = "pipe" })
        process.stdin:write "\n"
        local status = process:wait(60)
        assert.equal(3, status.code)
        assert.is_nil(status.limit)
    end)
end)

describe("a job with a limit of processors", function()
    it("is slowed down to that", function()
        needs { cpus = 0.2 }
        local job <close> = assert(jg.job { cpus = 0.2 })
        local status = helper.spawn(job, { "burn", "0.3" }):wait(60)
        assert.is_true(status.ok)
        local share = (status.user_time + status.system_time) / status.wall
        assert.is_true(share < 0.5, ("it had %.2f of a processor"):format(share))
    end)
end)

-- On every system, whatever keeps the job together.
for name, kind in pairs(helper.kinds) do
    describe("a job with a limit of processor time that is " .. name, function()
        local function limited(seconds)
            needs { cpu_time = seconds }
            return assert(jg.job { isolate = kind.isolate, cpu_time = seconds })
        end

        it("ends when that is up", function()
            local job <close> = limited(0.2)
            local one, two = helper.spawn(job, { "spin" }), helper.spawn(job, { "spin" })
            assert.equal("cpu_time", one:wait(60).limit)
            assert.equal("cpu_time", two:wait(60).limit)
            assert.truthy(expect.out_of_time[support.ending(one.status)], tostring(one.status))
            local usage = job:usage()
            assert.is_true(usage.user_time + usage.system_time >= 0.2, tostring(usage))
        end)

        it("counts jobs inside it, daemons, and those that have ended", function()
            local job <close> = limited(1)
            local inner = assert(job:job())
            assert.is_true(helper.spawn(inner, { "burn", "0.1" }):wait(60).ok)
            assert.is_true(helper.spawn(job, { "daemonise", "spin" }):wait(60).ok)
            assert.is_true(job:wait(60))
            local usage = job:usage()
            assert.is_true(usage.user_time + usage.system_time >= 1, tostring(usage))
        end)

        it("doesn't count what waits, and can be waited for when it is empty", function()
            local job <close> = limited(60)
            local process = helper.spawn(job, { "sleep", "0.1" })
            assert.is_true(process:wait(60).ok)
            assert.is_true(job:wait(60))
            helper.raises("deadlock", function() jg.event():wait() end)
        end)
    end)
end

describe("limits", function()
    it("are checked", function()
        local wrong = {
            memory = { 0, -1, 1.5, 0 / 0, "", "512X", "-1M", "1.5G", true, {} },
            processes = { 0, -1, 1.5, 0 / 0, math.huge, "4", true },
            cpus = { 0, -1, 0.001, 0 / 0, math.huge, "2", true },
            cpu_time = { 0, -1, 0 / 0, math.huge, "2", true },
        }
        local job <close> = jg.job()
        for option, values in pairs(wrong) do
            for _, value in ipairs(values) do
                helper.raises(("jg.job: option '%s' must be"):format(option), jg.job, { [option] = value })
                helper.raises(("job:job: option '%s' must be"):format(option), job.job, job, { [option] = value })
            end
        end
        helper.raises("jg.job: option 'best_effort'", jg.job, { best_effort = 1 })
    end)

    it("larger than the machine hold nobody up", function()
        needs { memory = "1G", processes = 4, cpus = 1 }
        local job <close> = assert(jg.job { memory = "900T", processes = 1 << 20, cpus = 1000 })
        assert.is_true(helper.spawn(job, { "exit", "0" }):wait(60).ok)
    end)

    it("that can't be enforced are a refusal that says what would help", function()
        local message = refusal { memory = "1G" }
        if not message then
            pending "they can be enforced here"
        end
        assert.truthy(message:find "^cannot limit memory: %u")
    end)

    it("are a warning by best_effort, once, and the job is made", function()
        local result = helper.script([[
            local jg = require "jghost"
            print(jg.job { memory = "1G" }) -- another jghost, in another place
            for i = 1, 3 do
                local job = assert(jg.job { memory = "1G", processes = 100, best_effort = true })
                assert(job:spawn { arg[1], "exit", "0" }:wait().ok)
            end
        ]], "-", helper.child)
        assert.is_true(result.ok, result.stderr)
        local _, count = result.stderr:gsub("jghost: warning: cannot limit memory: ", "")
        assert.equal(result.stdout:find "^nil" and 1 or 0, count)
    end)
end)
