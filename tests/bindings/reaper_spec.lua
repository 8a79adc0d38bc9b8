-- reaper_spec.lua: what keeps a job together is used again by the next one, if nothing of the first can be in it.

local jg = require "jghost"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

describe("the reaper of a job", function()
    local outer

    before_each(function()
        local job <close> = jg.job()
        if job:kind() ~= "reaper" and not helper.kinds.isolated then
            pending("jobs have no reapers here, but are of kind " .. job:kind())
        end
        outer = assert(jg.job { isolate = job:kind() ~= "reaper" })
    end)

    after_each(function()
        if outer then
            outer:close()
        end
    end)

    -- Its number, in a script that the job goes on from.
    local function reaper_of(job)
        local process = assert(job:spawn { "sh", "-c", "echo $PPID", stdout = "capture" })
        assert.is_true(process:wait(60).ok)
        return math.tointeger(process.stdout:match "%d+")
    end

    -- A job that is over, whose reaper that was.
    local function past(act)
        local job <close> = assert(outer:job())
        if act then
            act(job)
        end
        return reaper_of(job)
    end

    local function signal(pid, name)
        return helper.spawn(outer, { "kill", tostring(pid), name }, { stderr = "null" }):wait(60).ok
    end

    local function await_end(pid)
        local deadline = jg.now() + 60
        while signal(pid, "CONT") do
            assert.is_true(jg.now() < deadline, "it doesn't end")
        end
    end

    it("is the next one's, but not two jobs' at once", function()
        local first = past()
        local one, two = assert(outer:job()), assert(outer:job())
        assert.equal(first, reaper_of(one))
        assert.are_not.equal(first, reaper_of(two))
        one:close()
        assert.are_not.equal(first, reaper_of(two))
        assert.equal(first, past())
    end)

    it("is the next one's after it was frozen, terminated, or left with a daemon", function()
        local first = past(function(job)
            helper.spawn(job, { "hang" })
            assert(job:freeze())
            assert(job:terminate())
            assert.is_true(job:wait(60))
            assert(job:thaw())
        end)
        local job = assert(outer:job())
        assert.equal(first, reaper_of(job))
        local _, marker = support.start(job, helper.verbs { "daemonise", "hang" })
        job:close()
        assert.same({}, support.marked(marker))
        assert.equal(first, past())
    end)

    it("isn't in any list while it is kept, nor is it anybody's whom the job around it waits for", function()
        past()
        assert.same({}, outer:processes())
        assert.same({}, outer:leaked())
        assert.equal(0, outer:usage().active_processes)
        assert.is_true(outer:wait(0))
        assert(outer:freeze())
        assert(outer:thaw())
        assert.is_true(helper.spawn(outer, { "exit", "0" }):wait(60).ok)
        assert.is_true(outer:wait(60))
        past()
    end)

    it("isn't used again when it was killed meanwhile", function()
        local first = past()
        assert.is_true(signal(first, "KILL"))
        await_end(first)
        assert.are_not.equal(first, past())
    end)

    it("works though it was stopped meanwhile", function()
        assert.is_true(signal(past(), "STOP"))
        past()
    end)

    it("isn't used again when there were jobs inside, nor is any of theirs", function()
        local inner
        local first = past(function(job)
            local nested <close> = assert(job:job())
            inner = reaper_of(nested)
        end)
        local job <close> = assert(outer:job())
        local another = reaper_of(job)
        assert.are_not.equal(first, another)
        assert.are_not.equal(inner, another)
    end)

    it("isn't used again when it isn't inside of the job around it any more", function()
        local middle <close> = assert(outer:job())
        local nested = assert(middle:job())
        local inner = reaper_of(nested)
        assert.is_true(signal(reaper_of(middle), "KILL"))
        repeat -- until that has been noticed
            jg.sleep(0.001)
            local process = middle:spawn { "true" }
        until process and process:wait(60).ok
        nested:close()
        local again <close> = assert(middle:job())
        assert.are_not.equal(inner, reaper_of(again))
    end)

    it("counts for the new job alone", function()
        past(function(job) assert.is_true(helper.spawn(job, { "burn", "0.2" }):wait(60).ok) end)
        local job <close> = assert(outer:job())
        local status = helper.spawn(job, { "exit", "0" }):wait(60)
        local usage = assert(job:usage())
        local more = usage.user_time + usage.system_time - status.user_time - status.system_time
        assert.is_true(more < 0.1, tostring(usage))
    end)

    it("is ended with the job that it is inside of", function()
        local middle = assert(outer:job())
        local nested = assert(middle:job())
        local inner = reaper_of(nested)
        nested:close()
        middle:close()
        await_end(inner)
    end)
end)
