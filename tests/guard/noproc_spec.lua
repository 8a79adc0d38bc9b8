-- noproc_spec.lua: where there is no /proc outside: who needs it says so, and who doesn't runs as anywhere.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local ordinary = require "tests.ordinary"
local support = require "tests.support"

local MISSING = "There is no /proc here: have root mount it, by `mkdir -p /proc && mount -t proc proc /proc`"

local folder, jghost, child
fixture.programs(function(path)
    folder, jghost, child = path, path .. "/jghost", path .. "/child"
end)

-- There may be several, one over the other.
local without_proc = [[
    while umount -l /proc 2>/dev/null; do :; done
    [ ! -e /proc/self ] && exec "$@"
]]

-- A root that is no mount point, as that of many a chroot; its /proc is an empty folder, or not even that.
local chroot = [[
    mkdir -p mount && mount -t tmpfs none mount && mkdir mount/root && cd mount/root || exit
    for name in bin lib lib64 usr; do
        [ ! -d "/$name" ] || { mkdir "$name" && mount --rbind "/$name" "$name"; } || exit
    done
    cp "$0" . && exec chroot . "$@"
]]

-- Runs a shell's script, whose arguments are the rest, in a mount namespace of its own.
local function unshared(script, ...)
    return assert(jg.run { "unshare", "-m", "sh", "-c", script, jghost, cwd = folder, timeout = 120, ... })
end

local function needs_mounts()
    local result = jg.run { "unshare", "-m", "true" }
    if not (result and result.ok) then
        pending("a /proc can be taken away by root only: " .. (result and result.stderr or "there is no unshare"))
    end
end

local function needs_namespace()
    if not expect.in_namespace[support.levels()[1]] then
        pending "there are no namespaces to be had here"
    end
end

-- What it says of the level, when it can't start.
local function refusal(result, level)
    assert.equal(125, result.code)
    return assert(result.stderr:match(level .. ": ([^;\n]*)"), result.stderr)
end

describe("without a /proc", function()
    for kind in pairs(helper.kinds) do
        it("the processes of a job that is " .. kind .. " are known to be the script's", function()
            needs_mounts()
            needs_namespace()
            local result = unshared(without_proc, jghost, "-e", [[
                local jg = require "jghost"
                local job = jg.job { isolate = arg[2] == "isolated", name = "api", leaks = "fail" }
                local process = job:spawn { arg[1], "hang" }
                local seen = job:processes()[1]
                print(seen.spawned, seen.job, seen.pid == process.pid, process.host_pid)
                print(#job:leaked(), job:close())
                job = jg.job { isolate = arg[2] == "isolated", name = "api", leaks = "fail" }
                job:spawn { arg[1], "daemonise", "hang" }:wait()
                print(pcall(job.close, job))
            ]], "-", child, kind)
            assert.matches("^true\tapi\ttrue\tnil\n0\ttrue\nfalse\t.*job api leaked child", result.stdout, nil,
                result.stderr)
        end)
    end

    it("level reaper says what is missing", function()
        needs_mounts()
        local result = unshared(without_proc, jghost, "--level=reaper", "-e", "")
        assert.equal("cannot read /proc: " .. MISSING, refusal(result, "reaper"))
    end)

    it("an ordinary user is told what is missing", function()
        needs_mounts()
        needs_namespace()
        local result = unshared(without_proc, table.unpack(ordinary.command { jghost, "--level=namespace", "-e", "" }))
        assert.equal("cannot map the user into the namespace: " .. MISSING, refusal(result, "namespace"))
    end)

    for what, make in pairs { ["no folder"] = "", ["nothing in the folder"] = "mkdir proc;" } do
        it(("root in a chroot is told what is missing, with %s for it"):format(what), function()
            needs_mounts()
            needs_namespace()
            local script = chroot:gsub("cp ", make .. "%0")
            local result = unshared(script, "/jghost", "--level=namespace", "-e", "")
            assert.equal("cannot keep the namespace's mounts to itself: " .. MISSING, refusal(result, "namespace"))
        end)
    end
end)
