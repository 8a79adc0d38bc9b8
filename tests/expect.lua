-- expect.lua: what the specs expect of the system that they run on: all that differs, in one place.

local windows = package.config:sub(1, 1) == "\\"

if not windows then
    return {
        system = "linux",
        programs = "", -- what a program's file name ends with
        levels = { "namespace", "reaper" }, -- strongest first; support.levels tells which of them are to be had
        isolation = true, -- there are jobs with process numbers of their own (if this user may)
        own_processes = 4, -- that a run with one child has at the least: guard, init, harness, child
        killed = "KILL", -- how a process has ended that we killed, see support.ending
        shell = true, -- there are sh, cat, env and their like
        proc = true, -- there is a /proc
        not_here = {}, -- spec files about what this system doesn't have, and what that is
    }
end

return {
    system = "windows",
    programs = ".exe",
    levels = { "job-object" },
    isolation = false,
    own_processes = 3, -- guard, harness, child
    killed = 137,
    shell = false,
    proc = false,
    not_here = {
        ["tests/bindings/exhausted_spec.lua"] = "prlimit's limits are Linux's",
        ["tests/bindings/space_spec.lua"] = "needs a small file system of its own, which Linux mounts",
    },
}
