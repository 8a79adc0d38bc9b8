-- gone_spec.lua: jobs whose cgroups somebody else takes away, or lets nobody write to: all in them ends nevertheless.

local jg = require "jghost"
local cgroups = require "tests.cgroups"
local helper = require "tests.bindings.helper"
local lfs = require "lfs"
local support = require "tests.support"

local removed = "Somebody else has removed its cgroup"
local not_all = { n = 4, nil, "cannot end all of the job: " .. removed, 0, "gone" }

local tree = { "fork-tree", "2", "3", "ready", "hang" }
local daemon = { "fork", "daemonise", "hang", "--", "ready", "hang" }

-- What came back of a refusal, but the number.
local function refusal(...)
    local results = table.pack(...)
    assert.is_number(results[3])
    results[3] = 0
    return results
end

describe("a job without processes whose cgroup is taken away", function()
    it("says so, and can be closed; others go on", function()
        local job <close> = jg.job()
        cgroups.needed(pending, job)
        local process = helper.spawn(job, { "exit", "0" }, { stdin = "pipe" })
        local folder = cgroups.of(process.pid)
        process:wait(60)
        assert.is_true(job:wait(60))
        assert(lfs.rmdir(folder))
        for name, act in pairs {
            ["cannot start a process"] = function() return job:spawn(helper.verbs { "exit", "0" }) end,
            ["cannot freeze the job"] = function() return job:freeze() end,
            ["cannot make a job"] = function() return job:job() end,
        } do
            assert.same({ n = 4, nil, name .. ": " .. removed, 0, "gone" }, refusal(act()))
        end
        assert.same({}, job:processes())
        assert.equal(0, job:usage().active_processes)
        assert.is_true(job:close())
        assert.is_true(jg.run(helper.verbs { "exit", "0" }).ok)
    end)

    it("isn't missed if it is one to be used again", function()
        local job <close> = jg.job()
        cgroups.needed(pending, job)
        local process = helper.spawn(job, { "exit", "0" }, { stdin = "pipe" })
        local folder = cgroups.of(process.pid)
        job:wait(60)
        job:close()
        lfs.rmdir(folder)
        for code = 1, 3 do
            assert.equal(code, jg.run(helper.verbs { "exit", tostring(code) }).code)
        end
    end)
end)

it("a job whose processor time can't be known any more, since its cgroup is taken away, is ended", function()
    local job <close> = assert(jg.job { cpu_time = 10 }) -- it uses next to nothing of that
    cgroups.needed(pending, job)
    local process = helper.spawn(job, { "ready", "hang" }, { stdout = "pipe" })
    assert.equal("ready", process.stdout:read("l", 60))
    cgroups.take_away(cgroups.of(process.pid))
    assert.equal("cpu_time", assert(process:wait(60)).limit)
    assert.is_true(job:wait(60))
end)

for name, options in pairs { plain = {}, limited = { processes = 50 } } do
    describe("a " .. name .. " job with processes whose cgroup is taken away", function()
        local job
        before_each(function()
            job = jg.job(options)
        end)

        after_each(function()
            job = job and job:close() and nil
        end)

        -- Starts words of the child with a marker, and takes the cgroup away when they stand.
        local function start(inside, words)
            cgroups.needed(pending, job)
            local process, marker = support.start(inside, helper.verbs(words, { stdout = "pipe" }))
            assert.equal("ready", process.stdout:read("l", 60))
            cgroups.take_away(cgroups.of(process.pid))
            return process, marker
        end

        it("can be terminated, which says that others may be left, and then used again", function()
            local process, marker = start(job, tree)
            assert.same({ n = 2, nil, "timeout" }, table.pack(job:wait(0.02)))
            assert.equal(#support.marked(marker), #job:processes())
            assert.same(not_all, refusal(job:terminate()))
            assert.equal("KILL", support.ending(process:wait(60)))
            assert.is_true(job:wait(60))
            assert.equal("", support.survivors(marker))
            assert.equal(7, helper.spawn(job, { "exit", "7" }):wait(60).code)
            assert.is_true(job:close())
        end)

        it("can be closed, which says the same", function()
            local process, marker = start(job, tree)
            assert.same(not_all, refusal(job:close()))
            assert.equal("KILL", support.ending(process:wait(0)))
            assert.equal("", support.survivors(marker))
            assert.truthy(tostring(job):find "closed")
        end)

        it("is empty when nobody is left whom it has started", function()
            local process = start(job, { "ready", "sleep", "0.1" })
            assert.is_true(assert(process:wait(60)).ok)
            assert.is_true(job:wait(60))
            assert.is_true(job:close())
        end)

        it("is ended with the job around it", function()
            cgroups.needed(pending, job)
            local inner = assert(job:job())
            local outer, marker = support.start(job, helper.verbs { "hang" })
            local process, inner_marker = start(inner, tree)
            assert.same(not_all, refusal(job:terminate()))
            assert.is_true(job:wait(60))
            assert.equal("KILL", support.ending(process:wait(0)))
            assert.equal("KILL", support.ending(outer:wait(0)))
            assert.equal("", support.survivors(inner_marker) .. support.survivors(marker))
        end)

        it("waits for daemons that it knows of, and ends them", function()
            cgroups.needed(pending, job)
            local process, marker = support.start(job, helper.verbs { "daemonise", "hang" })
            assert.is_true(assert(process:wait(60)).ok)
            assert.is_nil(job:wait(0.02))
            cgroups.take_away(cgroups.of(support.marked(marker)[1].pid))
            assert.is_nil(job:wait(0.02))
            assert.same(not_all, refusal(job:terminate()))
            assert.is_true(job:wait(60))
            assert.equal("", support.survivors(marker))
        end)
    end)
end

describe("a job that can't be ended by its cgroup", function()
    -- Runs it in a jghost of its own, which must end by itself, and expects that nothing is left.
    local function prints(script, expected)
        local marker = support.marker()
        local words = { "--timeout=60", "-e", script, "-", helper.child }
        local result = support.run(words, { input = "", env = { JGHOST_MARKER = marker } })
        assert.equal(0, result.code, result.stderr)
        assert.equal(expected, result.stdout)
        assert.equal("", support.survivors(marker))
    end

    it("is ended by its reaper if it is isolated", function()
        helper.needs_isolation(pending)
        local job <close> = jg.job { isolate = true }
        cgroups.needed(pending, job)
        local process, marker = support.start(job, helper.verbs(daemon, { stdout = "pipe" }))
        assert.equal("ready", process.stdout:read("l", 60))
        local folder = cgroups.of(job:processes()[1].local_pid)
        if not folder or folder == cgroups.of "self" then
            pending "jobs aren't cgroups here"
        end
        cgroups.take_away(folder)
        assert.is_true(job:terminate())
        assert.is_true(job:wait(60))
        assert.equal("", support.survivors(marker))
    end)

    it("doesn't keep the run from ending", function()
        local job <close> = jg.job()
        cgroups.needed(pending, job)
        prints([[
            local jg, cgroups = require "jghost", require "tests.cgroups"
            for _, words in ipairs { { "ready", "hang" }, { "daemonise", "ready", "hang" } } do
                local process = jg.job():spawn { arg[1], stdout = "pipe", table.unpack(words) }
                print(process.stdout:read(5))
                local list = process.job:processes()
                cgroups.take_away(cgroups.of(list[1].pid))
            end
        ]], "ready\nready\n")
    end)

    it("is ended one by one if nobody may write there", function()
        local job <close> = jg.job()
        cgroups.needed(pending, job)
        local mount = { "mount", "-o", "bind", "/tmp", "/tmp", isolate = true, stderr = "null" }
        if jg.guarantee().level == "reaper" or not assert(jg.run(mount)).ok then
            pending "the tree of cgroups can't be made read-only for one run alone here"
        end
        prints([[
            local jg, cgroups = require "jghost", require "tests.cgroups"
            local jobs = { jg.job(), jg.job(), jg.job() }
            for _, job in ipairs(jobs) do
                local process = job:spawn { arg[1], stdout = "pipe", "fork", "daemonise", "fork-tree", "1", "2",
                    "hang", "--", "fork-tree", "1", "2", "ready", "hang" }
                print(process.stdout:read(5))
            end
            local mounted = cgroups.of "self":sub(1, -1 - #io.open "/proc/self/cgroup":read "a":match "0::([^\n]*)")
            assert(os.execute("mount -o remount,bind,ro " .. mounted))
            print(jobs[1]:freeze())
            print(jobs[1]:terminate(), jobs[1]:wait(20), #jobs[1]:processes())
            print(jobs[2]:close())
        ]], "ready\nready\nready\nnil\tcannot freeze the job: Read-only file system\t30\tdenied\n" ..
            "true\ttrue\t0\ntrue\n")
    end)
end)
