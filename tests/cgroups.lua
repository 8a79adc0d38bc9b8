-- cgroups.lua: what the specs do to cgroups behind jghost's back.

local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"

local cgroups = {}

--- Where the cgroup of a process is mounted; nil if it has none that can be seen.
function cgroups.of(pid)
    local path = support.read_any(("/proc/%s/cgroup"):format(pid)):match "0::([^\n]*)"
    local mounted = support.read_any("/proc/self/mounts"):match "cgroup2? (%S+) cgroup2 "
    return path and mounted and mounted .. path
end

--- Skips the test, by busted's `pending`, if there is no such job, or if it is no cgroup.
function cgroups.needed(pending, job)
    if not job or job:kind() == "reaper" or not cgroups.of "self" then
        pending "jobs aren't cgroups here, or can't have this limit"
    end
end

--- The cgroups inside a cgroup's folder.
function cgroups.inside(folder)
    local list = {}
    for name in lfs.dir(folder) do
        if not name:find "^%.%.?$" and lfs.attributes(folder .. "/" .. name, "mode") == "directory" then
            list[#list + 1] = folder .. "/" .. name
        end
    end
    return list
end

local function move_out(folder)
    for pid in support.read(folder .. "/cgroup.procs"):gmatch "%d+" do
        local file <close> = assert(io.open(cgroups.of "self" .. "/cgroup.procs", "w"))
        file:write(pid) -- it may have ended
    end
end

--- Moves who is in the cgroup, or in one inside it, to our own, and removes it.
function cgroups.take_away(folder)
    assert(folder:find "/jghost%-.*/", "somebody else's")
    for _, inner in ipairs(cgroups.inside(folder)) do
        cgroups.take_away(inner)
    end
    local removed, message
    for _ = 1, 100 do -- who was just forked, or is just ending, may be in it still
        move_out(folder)
        removed, message = lfs.rmdir(folder)
        if removed then
            return
        end
        jg.sleep(0.01)
    end
    error(message)
end

return cgroups
