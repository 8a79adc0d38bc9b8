-- sweep_spec.lua: what a dead run has left of its cgroups is removed when the next one starts, and nothing else is.

local jg = require "jghost"
local cgroups = require "tests.cgroups"
local lfs = require "lfs"
local support = require "tests.support"

local nobody = 999999999 -- no process can have this number

describe("the cgroups of a dead run", function()
    local job, folder

    -- A cgroup that the jghosts which are started in the job take for their own.
    local function start()
        job = jg.job()
        cgroups.needed(pending, job)
        local process = assert(job:spawn { support.child, "hang" })
        folder = cgroups.of(process.pid)
        process:stop()
    end

    after_each(function()
        job:close()
    end)

    local function names()
        local list = {}
        for i, path in ipairs(cgroups.inside(folder)) do
            list[i] = path:match "[^/]*$"
        end
        table.sort(list)
        return list
    end

    local function make(list)
        for _, name in ipairs(list) do
            assert(lfs.mkdir(folder .. "/" .. name))
        end
    end

    -- A run, by default one that makes no job.
    local function run(script)
        assert.is_true(assert(job:spawn { support.jghost, "-e", script or "" }):wait(60).ok)
    end

    it("are removed", function()
        start()
        local jobs = ("jghost-%d-0123abcd"):format(nobody)
        make { jobs, jobs .. "/job-1", jobs .. "/job-1/home", jobs .. "/job-2", ("jghost-%d-itself"):format(nobody) }
        run()
        assert.same({}, names())
    end)

    it("are removed if it was killed", function()
        start()
        local guard = assert(job:spawn {
            support.jghost, "-e", "require 'jghost'.job():spawn { arg[1], 'put', 'ready', 'hang' }:wait()", "-",
            support.child, stdout = "pipe",
        })
        assert.equal("ready", guard.stdout:read(5))
        guard:signal "kill"
        guard:wait()
        job:wait(60)
        assert.equal(1, #names())
        run()
        assert.same({}, names())
    end)

    it("are told from others by their whole name", function()
        start()
        local others = {
            "jghost-theirs", "jghost-theirs/sub", "jghost-ci.service", "jghost-", "jghost-1", "jghost--0123abcd",
            "jghost-+1-0123abcd", "jghost-0-0123abcd",
        }
        for _, pattern in ipairs {
            "jghost-%d", "jghost-%d-", "jghost-%d-0123abc", "jghost-%d-0123abcde", "jghost-%d-0123ABCD", "job-%d",
            "jghost-%d-0123abcd.slice", "jghost-%d-0x23abcd", "jghost-%d- 123abcd", "jghost-%d-itself-",
            "jghost-%d-self", "xjghost-%d-0123abcd", "jghost-0%d-0123abcd", "jghost-%d99999999999-0123abcd",
        } do
            others[#others + 1] = pattern:format(nobody)
        end
        make(others)
        local before = names()
        run "require 'jghost'.job()"
        assert.same(before, names())
    end)

    it("are left alone if its guard lives, or if somebody is in them", function()
        start()
        local process = assert(job:spawn { support.child, "hang" })
        local busy = ("jghost-%d-89abcdef"):format(nobody)
        make { ("jghost-%d-0123abcd"):format(process.pid), ("jghost-%d-itself"):format(process.pid), busy }
        do
            local file <close> = assert(io.open(folder .. "/" .. busy .. "/cgroup.procs", "w"))
            file:write(process.pid)
        end
        assert.equal(folder .. "/" .. busy, cgroups.of(process.pid))
        local before = names()
        run "require 'jghost'.job()"
        assert.same(before, names())
    end)
end)
