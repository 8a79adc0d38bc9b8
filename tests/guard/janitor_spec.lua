-- janitor_spec.lua: a cgroup that jghost is alone in, and that it has prepared for limits, can be entered when the run
-- is over, however that came.

local jg = require "jghost"
local cgroups = require "tests.cgroups"
local lfs = require "lfs"
local support = require "tests.support"

local limited = "require 'jghost'.job { memory = '256M' }:spawn { arg[1], table.unpack(arg, 2) }:wait()"

describe("a cgroup that jghost is alone in", function()
    local folder

    local function make()
        local top = support.read_any("/proc/self/mounts"):match "cgroup2? (%S+) cgroup2 "
        folder = top and top .. "/jghosts-specs"
        if not folder or not lfs.mkdir(folder) then
            folder = nil
            pending "cgroups can't be made at the top here"
        end
        if not support.read(folder .. "/cgroup.controllers"):find "memory" then
            pending "the controller 'memory' isn't handed down here"
        end
    end

    after_each(function()
        for _ = 1, folder and 100 or 0 do
            if lfs.rmdir(folder) or not lfs.attributes(folder) then
                return
            end
            jg.sleep(0.01)
        end
    end)

    -- Starts jghost in it, with a job that has a limit, in which the child does these verbs. Nil: it can't be entered.
    local function start(job, words)
        local process, marker = support.start(job, {
            "sh", "-c", 'echo $$ >$0/cgroup.procs || exit; echo entered; exec "$@"', folder,
            support.jghost, "-e", limited, "-", support.child,
            stdout = "pipe", stderr = "null", table.unpack(words),
        })
        return process.stdout:read "l" == "entered" and process, marker
    end

    local function run()
        local job <close> = jg.job()
        local process = start(job, { "exit", "0" })
        return process and process:wait(60).ok
    end

    local function janitor(marker)
        local process = support.find(marker, "jghost-janitor")
        return assert(process, "there is one")
    end

    it("is as it was when the run has ended", function()
        make()
        for _ = 1, 2 do
            assert.is_true(run())
            assert.same({}, cgroups.inside(folder))
            assert.equal("", support.read(folder .. "/cgroup.subtree_control"):match "^%s*(.-)%s*$")
        end
    end)

    it("is given back when the guard was killed", function()
        make()
        local job <close> = jg.job()
        local guard, marker = start(job, { "ready", "hang" })
        assert.equal("ready", guard.stdout:read "l")
        assert.is_true(#cgroups.inside(folder) > 0)
        assert.is_false(run() or false, "nobody can enter it")
        local last = janitor(marker)
        guard:signal "kill"
        assert.truthy(last:wait(60))
        assert.equal("", support.survivors(marker))
        assert.same({}, cgroups.inside(folder))
        assert.is_true(run())
    end)

    it("is given back by hand, as the documentation says, when the janitor was killed, too", function()
        make()
        local job <close> = jg.job()
        local guard, marker = start(job, { "ready", "hang" })
        assert.equal("ready", guard.stdout:read "l")
        janitor(marker):signal "kill"
        guard:signal "kill"
        assert.equal("", support.survivors(marker))
        assert.is_false(run() or false, "nobody can enter it")
        local by_hand = support.read "docs/command.md":match "cd /sys/fs/cgroup/THE/CGROUP\n(.-)```"
        assert.is_true(jg.run({ "sh", "-ec", by_hand, cwd = folder }).ok)
        assert.same({}, cgroups.inside(folder))
        assert.is_true(run())
    end)
end)
