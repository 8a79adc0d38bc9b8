-- expect.lua: what the specs expect of the system that they run on: all that differs, in one place.

local windows = package.config:sub(1, 1) == "\\"

if not windows then
    return {
        system = "linux",
        programs = "", -- what a program's file name ends with
        executable = "755", -- the mode of a file that is a program
        levels = { "namespace", "reaper" }, -- strongest first; support.levels tells which of them are to be had
        refused_levels = { "--require=job-object", "--level=job-object" }, -- those that this system hasn't
        isolation = true, -- there are jobs with process numbers of their own (if this user may)
        own_processes = 4, -- that a run with one child has at the least: guard, init, harness, child
        init = true, -- there is a process between guard and harness
        guard_threads = 1,
        killed = "KILL", -- how a process has ended that we killed, see support.ending
        statuses = 0xff, -- the bits of an exit status
        refusals = { -- what a command can't be run for, in the system's words
            missing = "No such file or directory", folder = "Permission denied", no_program = "Permission denied",
            nonsense = "Exec format error",
        },
        died = { TERM = 143, KILL = 137, SEGV = 139 }, -- the status of a run whose harness, or command, died of this
        interrupts = { -- how one that nobody caught ends the guard, and what the script hears of it
            INT = { ending = "INT", says = "SIGINT" },
            TERM = { ending = "TERM", says = "SIGTERM" },
            HUP = { ending = "HUP", says = "SIGHUP" },
        },
        signals = true, -- all of POSIX
        shell = true, -- there are sh, cat, env and their like
        proc = true, -- there is a /proc
        not_here = {}, -- spec files about what this system doesn't have, and what that is
    }
end

local CONTROL_C_EXIT = 0xC000013A -- as the system's own handler ends a process

return {
    system = "windows",
    programs = ".exe",
    executable = nil,
    levels = { "job-object" },
    refused_levels = { "--level=namespace", "--level=reaper" },
    isolation = false,
    own_processes = 3, -- guard, harness, child
    init = false,
    guard_threads = 4, -- Windows 10 loads a program's libraries with up to three more
    killed = 137,
    statuses = 0xffffffff,
    refusals = { missing = "File not found", folder = "Access denied", no_program = "Bad EXE format",
        nonsense = "Bad EXE format" },
    died = { TERM = CONTROL_C_EXIT, KILL = 1, SEGV = 0xC0000005 },
    interrupts = {
        INT = { ending = CONTROL_C_EXIT, says = "Ctrl%-C" },
        TERM = { ending = CONTROL_C_EXIT, says = "Ctrl%-Break" },
    },
    signals = false,
    shell = false,
    proc = false,
    not_here = {
        ["tests/bindings/exhausted_spec.lua"] = "prlimit's limits are Linux's",
        ["tests/scripts/attach_spec.lua"] = "attaching isn't there yet",
        ["tests/bindings/space_spec.lua"] = "needs a small file system of its own, which Linux mounts",
    },
}
