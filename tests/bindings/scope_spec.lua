-- scope_spec.lua: limits in a scope that systemd delegates to us: who asks it for one, and what is in it then.
--
-- To be run in jghost itself, not in a jghost that another one has started, whose pids mean nothing to systemd. Where
-- that isn't so, or there is no systemd, it is skipped, unless JGHOST_LIMITS says that there must be limits.

local jg = require "jghost"
local cgroups = require "tests.cgroups"
local helper = require "tests.bindings.helper"

local some = { memory = "64M", processes = 50 }

describe("a scope of systemd's", function()
    -- Jobs that there are before anything is limited: nobody is in the first, somebody in the second.
    local early, busy, limited

    setup(function()
        early, busy = jg.job(), jg.job()
        busy:spawn(helper.verbs { "hang" })
    end)

    teardown(function()
        for _, job in ipairs { early, busy, limited } do
            job:close()
        end
    end)

    local function needs()
        if not limited then
            local message
            limited, message = jg.job(some)
            assert.is_true(limited ~= nil or not os.getenv "JGHOST_LIMITS", message)
        end
        local own = cgroups.of "self"
        if not own or not own:find "/jghost%-%d+%-%d+%.scope/" then
            pending "no scope of systemd's is used here"
        end
        return own
    end

    local function runs(job)
        assert.equal(7, assert(helper.spawn(job, { "exit", "7" }):wait(60)).code)
    end

    it("has the harness in a cgroup of its own", function()
        assert.truthy(needs():find "%.scope/harness$")
    end)

    it("lets processes be started in the job that it was asked for, and in jobs inside it", function()
        needs()
        runs(limited)
        runs(assert(limited:job()))
        runs(assert(limited:job { processes = 20 }))
        assert.equal("cgroup", limited:kind())
    end)

    it("lets processes be started in jobs that were there before, and in jobs inside those", function()
        needs()
        for _, job in ipairs { early, busy } do
            runs(job)
            runs(assert(job:job()))
        end
    end)

    it("limits", function()
        needs()
        local words = { "allocate", "200M", "ready", "hang" }
        assert.equal("memory", helper.spawn(limited, words, { stdout = "null", stderr = "null" }):wait(60).limit)
        assert.is_nil(helper.spawn(jg.job(), { "allocate", "1M" }):wait(60).limit)
    end)

    it("has its processes ended with the job", function()
        needs()
        local process = helper.spawn(limited, { "daemonise", "hang" })
        assert.is_true(process:wait(60).ok)
        assert.is_true(limited:terminate())
        assert.is_true(limited:wait(60))
        runs(limited)
    end)
end)
