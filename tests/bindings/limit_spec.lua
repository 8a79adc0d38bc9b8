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

    it("ends as a whole when it needs more, or refuses it, and says so", function()
        needs(some_memory)
        local limited = assert(job:job(some_memory))
        local outside = helper.spawn(job, { "hang" })
        local bystander = helper.spawn(limited, { "hang" })
        local process = helper.spawn(limited, eater(200), { stdout = "capture", stderr = "capture" })
        local status = process:wait(60)
        assert.equal("memory", status.limit)
        assert.is_false(status.ok)
        assert.equal("", process.stdout)
        assert.truthy(tostring(status):find "limit: memory")
        if expect.kills_for_memory then
            assert.equal("memory", bystander:wait(60).limit)
            assert.is_true(limited:wait(60))
        else
            assert.is_nil(bystander:wait(0))
        end
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

    it("can be given while something is started in a job around it", function()
        needs(some_memory)
        for _ = 1, 5 do
            local outer <close> = assert(jg.job { memory = "200M" })
            local between = assert(outer:job())
            local started, refused = 0, nil
            local tasks = {}
            for i = 1, 10 do
                tasks[i] = jg.task(function()
                    local process, message = outer:spawn(helper.verbs { "hang" })
                    started, refused = started + (process and 1 or 0), refused or message
                end)
            end
            jg.task(function() assert(between:job(some_memory)) end)
            assert.is_true(jg.wait_all(tasks, 60))
            assert.is_nil(refused)
            assert.equal(10, started)
        end
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

    it("knows its peak when it was ended, too, and so do those beside it", function()
        needs(some_memory)
        local limited <close> = assert(jg.job { memory = 160 * MIB })
        local process = helper.spawn(limited, eater(64), { stdout = "pipe" })
        assert.equal("ready", process.stdout:read("l", 60))
        assert(limited:terminate())
        assert.is_true(limited:wait(60))
        assert.is_true(helper.spawn(limited, { "exit", "0" }):wait(60).ok)
        assert.is_true(limited:usage().peak_memory >= 64 * MIB)
        local beside <close> = assert(jg.job())
        assert.is_true(helper.spawn(beside, { "exit", "0" }):wait(60).ok)
        local peak = beside:usage().peak_memory
        assert.is_true(peak > 0 and peak < 64 * MIB, tostring(peak))
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

-- The kernel kills whoever shares the memory of who runs out of it: that mustn't be the harness, with the whole run.
describe("a job that runs out of memory while something is started in it", function()
    local tiny = { support.tiny }

    -- All that it can come to: it ran, it was killed, or there was no memory to start it with.
    local function start(job)
        local process, message, _, name = job:spawn(tiny)
        if not process then
            assert.equal("no_memory", name, message)
            assert.truthy(message:find("limit", 1, true), message)
            return nil
        end
        local status = assert(process:wait(60))
        assert.truthy(status.ok or status.limit == "memory", tostring(status))
        return status
    end

    it("ends alone, and is of use again", function()
        needs(some_memory)
        local limited <close> = assert(jg.job { memory = "50M" })
        local ended, rounds, spawns = false, 0, 0
        local tasks = {}
        for i = 1, 4 do
            tasks[i] = jg.task(function()
                while not ended do
                    start(limited)
                    spawns = spawns + 1
                end
            end)
        end
        local finish = jg.now() + 4
        while jg.now() < finish do
            assert.equal("memory", helper.spawn(limited, eater(300), { stderr = "capture" }):wait(60).limit)
            rounds = rounds + 1
        end
        ended = true
        assert.is_true(jg.wait_all(tasks, 60))
        assert.is_true(rounds > 1 and spawns > rounds, ("%d rounds, %d spawns"):format(rounds, spawns))
        assert.is_true(limited:wait(60))
    end)

    it("because its processes have almost all of it", function()
        needs(some_memory)
        local limited <close> = assert(jg.job { memory = "10M" })
        for _ = 1, 5 do
            local eating = helper.spawn(limited, eater(9), { stdout = "pipe", stderr = "capture" })
            eating.stdout:read("l", 60)
            for _ = 1, 10 do
                start(limited)
            end
            assert(limited:terminate())
            assert.is_true(limited:wait(60))
        end
    end)

    for _, bytes in ipairs { 1, 4096, 16384 } do
        it(("because it never had any: %d bytes"):format(bytes), function()
            needs(some_memory)
            local limited <close> = assert(jg.job { memory = bytes })
            for _ = 1, 3 do
                assert.equal("memory", (start(limited) or { limit = "memory" }).limit)
            end
            assert.is_true(limited:wait(60))
            local inner = assert(limited:job())
            assert.equal("memory", (start(inner) or { limit = "memory" }).limit)
        end)
    end

    it("or is ended and used again meanwhile, of which those that are just started don't take notice", function()
        needs(some_memory)
        local limited <close> = assert(jg.job(some_memory))
        for _ = 1, 5 do
            local tasks, refused = {}, nil
            for i = 1, 5 do
                tasks[i] = jg.task(function()
                    local process, message = limited:spawn(helper.verbs { "hang" })
                    refused = refused or message
                    assert.is_false(process and assert(process:wait(60)).ok or false)
                end)
            end
            jg.sleep(0) -- they have been asked for
            assert(limited:terminate())
            local again = helper.spawn(limited, { "exit", "0" })
            assert.is_true(again:wait(60).ok)
            assert.is_true(jg.wait_all(tasks, 60))
            assert.is_nil(refused)
        end
    end)

    it("or is frozen meanwhile, of which nobody is left half started", function()
        needs(some_memory)
        local limited <close> = assert(jg.job(some_memory))
        local started = {}
        for i = 1, 20 do
            jg.task(function() started[i] = limited:spawn(helper.verbs { "hang" }) end)
        end
        assert(limited:freeze())
        jg.sleep(0.05)
        assert.equal(#limited:processes(), #started)
        assert(limited:terminate())
        assert.is_true(limited:wait(60))
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
        if expect.proc then -- else these are the system's words
            assert.truthy(message:find("limit", 1, true), message)
        end
        assert.equal(3, #job:processes())
        second:signal "kill"
        second:wait(60)
        local forking = helper.spawn(job, { "fork", "hang", "--", "hang" }, { stderr = "capture" })
        local status = forking:wait(60)
        assert.is_false(status.ok)
        assert.equal("processes", status.limit)
    end)

    it("tells whoever fails that somebody was refused one meanwhile, and nobody else", function()
        needs { processes = 3 }
        local job <close> = assert(jg.job { processes = 2 })
        local fails = helper.spawn(job, { "wait-byte", "exit", "3" }, { stdin = "pipe" })
        local ends_well = helper.spawn(job, { "wait-byte", "exit", "0" }, { stdin = "pipe" })
        assert.is_nil((job:spawn(helper.verbs { "hang" })))
        fails.stdin:write "\n"
        ends_well.stdin:write "\n"
        assert.equal("processes", fails:wait(60).limit)
        assert.is_nil(ends_well:wait(60).limit)
        assert.is_nil(helper.spawn(job, { "exit", "3" }):wait(60).limit)
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

it("a cgroup that had a limit of processes or processors is used again without it", function()
    needs { processes = 3, cpus = 1 }
    local job <close> = jg.job()
    if job:kind() ~= "cgroup" then
        pending("jobs are of kind " .. job:kind() .. " here")
    end
    -- in a run of its own, in which no job's memory was ever limited
    local said = helper.prints([[
        local jg = require "jghost"
        local function cgroup(options, others)
            local job <close> = assert(jg.job(options))
            local process = job:spawn { "cat", "/proc/self/cgroup", stdout = "capture" }
            assert(process:wait().ok)
            assert(job:wait(60))
            for _ = 1, others or 0 do
                assert(job:spawn { arg[1], "hang" })
            end
            return process.stdout:match "0::([^\n]*)"
        end
        -- Linux 7 takes a process out of its cgroup a moment after it has ended: who is seen there then might be an
        -- orphan, after whom the cgroup isn't used again
        for _ = 1, 20 do
            local first = cgroup { processes = 3 }
            if cgroup { cpus = 0.5 } == first and cgroup({}, 5) == first then
                print "it is used again"
                break
            end
        end
    ]], "-", helper.child)
    assert.equal("it is used again\n", said)
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
            local status = helper.spawn(job, { "daemonise", "spin" }):wait(60)
            assert.is_true(status.ok or status.limit == "cpu_time", tostring(status)) -- who spins may be faster
            assert.is_true(job:wait(60))
            local usage = job:usage()
            assert.is_true(usage.user_time + usage.system_time >= 1, tostring(usage))
        end)

        it("adds up what is used by many, one after another, and ends who comes then", function()
            local job <close> = limited(0.4)
            local status
            for _ = 1, 60 do
                status = helper.spawn(job, { "burn", "0.05" }):wait(60)
                assert.is_true(job:wait(60))
                if not status.ok then
                    break
                end
            end
            assert.equal("cpu_time", status.limit, tostring(status) .. ", " .. tostring(job:usage()))
            local usage = job:usage()
            assert.is_true(usage.user_time + usage.system_time < 0.8, tostring(usage))
            for _ = 1, 3 do
                assert.equal("cpu_time", helper.spawn(job, { "hang" }):wait(60).limit)
                assert.is_true(job:wait(60))
            end
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
            memory = {
                0, -1, 1.5, 0 / 0, math.huge, "", "512X", "-1M", "1.5G", " 512M", "512M ", "512 M", "+1",
                "0x10", "1\0", true, {},
            },
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

    -- That is, they are what any other is: had, or refused for want of the same.
    it("larger than every machine are like others", function()
        local sizes = {
            memory = {
                1 << 62, math.maxinteger, 2.0 ^ 70, "9999999T", "9223372036854775807", "9223372036854775808",
                "99999999999999999999", "99999999999999999999G",
            },
            processes = { 4194304, 4194305, 5000000, 1 << 40, math.maxinteger, 2.0 ^ 70 },
            cpus = { 1e6, 1e7, 2e8, 1e300 },
            cpu_time = { 1e12, 1e300 },
        }
        for option, values in pairs(sizes) do
            local expected = refusal { [option] = 1 << 20 }
            for _, value in ipairs(values) do
                assert.equal(expected, refusal { [option] = value }, tostring(value))
                local job <close> = jg.job { [option] = value }
                assert.is_true(not job or helper.spawn(job, { "exit", "0" }):wait(60).ok)
            end
        end
    end)

    it("that can't be enforced are a refusal that says what would help", function()
        local message = refusal { memory = "1G" }
        if not message then
            pending "they can be enforced here"
        end
        assert.truthy(message:find "^cannot limit memory: %u" or message:find "^cannot limit memory: jghost's ")
    end)

    it("that can't be enforced name what is missing", function()
        local expected = os.getenv "JGHOST_NO_LIMITS"
        for option, controller in pairs { memory = "memory", processes = "pids", cpus = "cpu" } do
            local message = refusal { [option] = 4 }
            if not message then
                assert.is_nil(expected)
                pending "they can be enforced here"
            end
            if expect.null_device == "/dev/null" then
                assert.truthy(message:find(("controller '%s'"):format(controller), 1, true), message)
                assert.truthy(message:find(expected or "", 1, true), message)
            end
        end
    end)

    -- A script that says what a jghost inside of `job` answers to that option.
    local function inside(job, option)
        local script = ("print(require 'jghost'.job { %s })"):format(option)
        local process = assert(job:spawn { helper.jghost, "-e", script, stdout = "capture", stderr = "capture" })
        assert.is_true(assert(process:wait(60)).ok, process.stderr)
        return process.stdout
    end

    it("can be had by a jghost that is alone in a job with such a limit, and else that is said", function()
        needs(some_memory)
        local outer <close> = assert(jg.job { memory = "200M" })
        assert.truthy(inside(outer, "memory = '100M'"):find "^job")
        local answer = inside(outer, "processes = 10") -- the system's administrator can have it nevertheless
        assert.truthy(answer:find "^job" or answer:find("have the other jghost run it alone in a job", 1, true), answer)
    end)

    it("don't blame others for a controller that isn't there", function()
        local list = support.read_any "/proc/self/cgroup":match "0::/[^\n]*"
        local has = list and support.read_any("/sys/fs/cgroup" .. list:sub(4) .. "/cgroup.controllers"):find "memory"
        local job <close> = jg.job()
        local answer = inside(job, "memory = '1G'")
        assert.truthy(has or not answer:find "processes are in", answer)
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
