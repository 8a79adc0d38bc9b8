-- expect.lua: what the specs expect of the system that they run on: all that differs, in one place.

local lfs = require "lfs"

local windows = package.config:sub(1, 1) == "\\"

if not windows then
    return {
        system = "linux",
        programs = "", -- what a program's file name ends with
        executable = "755", -- the mode of a file that is a program
        levels = { "autokill", "namespace", "reaper" }, -- strongest first; support.levels tells which are to be had
        in_namespace = { autokill = true, namespace = true }, -- the levels at which the job is a pid namespace
        refused_levels = { "--require=job-object", "--level=job-object" }, -- those that this system hasn't
        isolation = true, -- there are jobs with process numbers of their own (if this user may)
        kills_for_memory = true, -- a job that needs more than its limit is ended as a whole; or who asks is refused it
        own_processes = 4, -- that a run with one child has at the least: guard, init, harness, child
        init = true, -- there is a process between guard and harness
        guard_threads = 1,
        killed = "KILL", -- how a process has ended that we killed, see support.ending
        out_of_time = { KILL = true }, -- the same of one whose job had no processor time left
        statuses = 0xff, -- the bits of an exit status
        died = { TERM = 143, KILL = 137, SEGV = 139 }, -- the status of a run whose harness, or command, died of this
        -- whoever runs the tests in the background has SIGINT ignored, and so would who is started
        default_signals = { "env", "--default-signal=INT,HUP,TERM" },
        interrupts = { -- how one that nobody caught ends the guard, and what the script hears of it
            INT = { ending = "INT", says = "SIGINT" },
            TERM = { ending = "TERM", says = "SIGTERM" },
            HUP = { ending = "HUP", says = "SIGHUP" },
        },
        waiting = "sleeping", -- the state of a process that waits
        tells_folders = true, -- the working folder of somebody else's process is to be known
        posix_signals = true, -- processes can be sent any, and end by them; else there is a console
        shell = true, -- there are sh, cat, env and their like
        proc = true, -- there is a /proc
        root = "/", -- the folder that "/" is
        null_device = "/dev/null",
        path_separator = ":",
        home = "HOME", -- the variable
        state = "XDG_STATE_HOME", -- the same of the folder below which the log of detached processes is
        detacher = true, -- there is a process whose only business is to detach
        native = function(path) return path end, -- a path as the system writes it
        odd_name = "an odd\nname €", -- of a folder
        variable = function(name) return name end, -- what is the same for all names of the same variable
        given = function() return true end, -- is this variable one that a process has only if it is given?
        arguments = 5000, -- of some twenty characters, that a command can have
        argument_refusals = {}, -- by what is in it, see the spec: an argument that the system doesn't take
        strangers_end = nil, -- the exit code that we see of somebody else's child that ended well; nil: it isn't told
        names_by_command = false, -- a process can't be renamed, so that its command has to tell which it is
        tells_holders = true, -- who holds a pipe is to be known
        job_kinds = {
            plain = { cgroup = true, reaper = true }, isolated = { namespace = true }, limited = { cgroup = true },
        },
        allocations = 1, -- every so many of them is made to fail
        broken_pipe = "PIPE", -- how a process has ended that wrote to one, see support.ending
        soon = 0.02, -- seconds that are enough for a child to be ready
        many_terminals = 100,
        typed_interrupt = "INT", -- how a process has ended whose terminal interrupted it, see support.ending
        hung_up = "HUP", -- or was hung up
        killed_text = "killed by SIGKILL",
        stopped = "TERM", -- the same of one that was stopped by the usual plan
        stopped_text = "killed by SIGTERM",
        -- the same of one that sent itself a signal, and the status in words
        deaths = {
            TERM = "TERM", KILL = "KILL", SEGV = "SEGV", ABRT = "ABRT", USR1 = "USR1", PIPE = "PIPE", HUP = "HUP",
        },
        death_text = "killed by SIG%s after ",
        -- signals, and how who gets one ends; or it is refused, or in expect.lacks
        signals = {
            term = { ending = "TERM" }, kill = { ending = "KILL" }, int = { ending = "INT" }, hup = { ending = "HUP" },
            dump = { ending = "ABRT" }, usr1 = { ending = "USR1" }, usr2 = { ending = "USR2" },
            quit = { ending = "QUIT" },
        },
        -- what a system may not have, and why; see helper.needs
        lacks = {
            signals = false, blocking = false, inherited_signals = false, limits = false, requests = false,
            stop_signals = false, other_signals = false, vfork = false, tracing = false, peak_memory = false,
            job_times = false, thread_states = false, keys = false, users = false, script = false,
            total_processes = "the kernel doesn't count the processes of a job",
            resizing = false, verbatim = false, typing_interrupts = false, typing_the_end = false, hanging_up = false,
            single_bytes = false, pairs = false, code_pages = "a terminal has no code page",
            editor = false, taskset = false, hiding = false,
            short_commands = "a command line has room enough", batch_files = "a batch file is no more than a text",
        },
        -- what the system says when it refuses: its number (nil: it has several for that), its words (nil: they are in
        -- the user's language), our name
        refusals = {
            no_file = { 2, "No such file or directory", "not_found" },
            no_folder = { 2, "No such file or directory", "not_found" },
            not_a_folder = { 20, "Not a directory", "not_directory" },
            long_folder = { 36, "File name too long", "too_long" },
            too_long = { 7, "Argument list too long", "too_long" },
            no_process = { 3, "No such process", "gone" },
            broken_pipe = { 32, "Broken pipe", "broken_pipe" },
            unopened = { 2, "No such file or directory", "not_found" },
            busy = { 26, "Text file busy", "not_executable" },
        },
        -- what can't be run; $ is a folder, and there is a file of that text, or a link to that, if it says so
        unrunnable = {
            { "./x", 2, "No such file or directory", "not_found" },
            { "no-such-command-anywhere", 2, "No such file or directory", "not_found" },
            { "$/text/x", 20, "Not a directory", "not_directory" },
            { "/", 13, "Permission denied", "denied" },
            { "$/plain", 13, "Permission denied", "denied", text = "#!/bin/sh\n", mode = "644" },
            { "$/text", 8, "Exec format error", "not_executable", text = "exit 0\n", mode = "755" },
            { "$/empty", 8, "Exec format error", "not_executable", text = "", mode = "755" },
            { "$/lost", 2, "No such file or directory", "not_found", text = "#!/no/such/interpreter\n", mode = "755" },
            { "$/loop", 40, "Too many levels of symbolic links", "other", link = "loop" },
            { "./" .. ("n"):rep(300), 36, "File name too long", "too_long" },
        },
        refused = "Permission denied", -- the words for what tests/fault refuses
        lua = nil, -- lua(1), beside jghost; nil: the system has it
        carriage_returns = false, -- that the C library adds to newlines
        not_here = { -- spec files about what this system doesn't have, and what that is
            ["tests/bindings/birth_spec.lua"] = "the list of a process's jobs is Windows'",
            ["tests/guard/console_spec.lua"] = "the console's events are Windows'",
            ["tests/guard/session_spec.lua"] = "the end of a session is a signal, SIGHUP or SIGTERM",
            ["tests/guard/customer_spec.lua"] = "nothing is created suspended",
        },
    }
end

local CONTROL_C_EXIT = 0xC000013A -- as the system's own handler ends a process
local wine = os.getenv "WINELOADER" ~= nil -- what it lacks, Windows doesn't
local long_command = { 0x2000000B, "The command line would be longer than 32,766 characters", "too_long" }

return {
    system = "windows",
    programs = ".exe",
    executable = nil,
    levels = { "job-object" },
    in_namespace = {},
    refused_levels = { "--level=namespace", "--level=reaper" },
    isolation = false,
    kills_for_memory = false,
    own_processes = 3, -- guard, harness, child
    init = false,
    guard_threads = 4, -- Windows 10 loads a program's libraries with up to three more
    killed = 137,
    out_of_time = { [137] = true, [1816] = true },
    statuses = 0xffffffff,
    died = { TERM = CONTROL_C_EXIT, KILL = 1, SEGV = 0xC0000005 },
    default_signals = {},
    interrupts = {
        INT = { ending = CONTROL_C_EXIT, says = "Ctrl%-C" },
        TERM = { ending = CONTROL_C_EXIT, says = "Ctrl%-Break" },
    },
    waiting = wine and "running" or "sleeping",
    tells_folders = false,
    posix_signals = false,
    shell = false,
    proc = false,
    root = lfs.currentdir():sub(1, 3),
    null_device = "NUL",
    path_separator = ";",
    home = "USERPROFILE",
    state = "LOCALAPPDATA",
    detacher = false,
    native = function(path) return (path:gsub("/", "\\")) end,
    odd_name = "an odd name €",
    variable = string.upper,
    -- the system starts nothing without the first two; Wine adds its own
    given = function(name) return not (name:find "^SYSTEMROOT$" or name:find "^SYSTEMDRIVE$" or name:find "^WINE") end,
    arguments = 1500,
    argument_refusals = {
        ["bytes that are no UTF-8"] = { 1113, nil, "invalid" },
        ["100,000 characters"] = long_command,
    },
    strangers_end = 0,
    names_by_command = true,
    tells_holders = false,
    job_kinds = { plain = { ["job-object"] = true }, limited = { ["job-object"] = true } },
    allocations = 80, -- a run takes half a second under Wine, where others take milliseconds
    broken_pipe = 71,
    soon = 2.5,
    many_terminals = wine and 20 or 100,
    typed_interrupt = 0xC000013A,
    hung_up = 0xC000013A,
    killed_text = "exit 137",
    stopped = wine and 137 or 0xC000013A, -- Wine 8 has no way to ask, so the plan goes on to its end
    stopped_text = wine and "exit 137" or "exit 3221225786",
    deaths = { TERM = 0xC000013A, KILL = 1, SEGV = 0xC0000005, ABRT = 0xC0000409 },
    death_text = "exit %d after ",
    signals = {
        term = { ending = 0xC000013A, lacking = "requests" }, kill = { ending = 137 },
        int = { ending = 0xC000013A, lacking = "requests" }, hup = { refused = true }, dump = { refused = true },
        usr1 = { refused = true }, usr2 = { refused = true }, quit = { refused = true },
    },
    lacks = {
        signals = "Windows has no signals",
        blocking = "Windows has no signals that could be blocked",
        inherited_signals = "Windows has no signals that a child could ignore because we do",
        limits = "Windows has no limits that a process inherits",
        requests = wine and "Wine 8 has no Ctrl-Break, by which Windows asks a process to end",
        other_signals = "Windows has no signals but the request to end and the kill",
        stop_signals = "Windows has no signals that stop a process or let it go on",
        vfork = "Windows has no vfork",
        tracing = "on Windows, the child traces nobody",
        peak_memory = wine and "Wine 8 doesn't tell how much memory a process had that has ended",
        job_times = wine and "Wine 8 doesn't count the processor time of a job",
        thread_states = wine and "Wine 8 doesn't tell whether a thread runs",
        keys = "who may attach is checked by Windows itself, without a key",
        users = "on Windows nobody becomes somebody else without a password",
        script = "script(1), which makes a terminal, is Linux's",
        editor = "the console's own editor edits the line, by its own keys; it keeps the history, and can't make way",
        resizing = wine and "Wine 8 can't resize a pseudoconsole",
        verbatim = "a pseudoconsole shows what its screen looks like, not what was written to it",
        typing_interrupts = wine and "Wine 8's pseudoconsole ends by a Ctrl-C",
        typing_the_end = wine and "Wine 8's console takes a Ctrl-Z for any other key",
        hanging_up = wine and "Wine 8 doesn't tell the processes that their pseudoconsole is closed",
        single_bytes = wine and "Wine 8's console doesn't make characters of bytes that are written one by one",
        pairs = wine and "Wine 8's pseudoconsole shows two characters for one that is two in UTF-16",
        code_pages = false,
        taskset = "taskset(1) is Linux's",
        hiding = "nobody can hide from Windows what he has used",
        short_commands = false,
        batch_files = false,
    },
    refusals = {
        no_file = { 2, nil, "not_found" },
        no_folder = { 3, nil, "not_found" },
        not_a_folder = { 267, nil, "not_directory" },
        long_folder = { 0x20000011, "Windows starts nothing in a folder whose path is longer than 258 characters",
            "too_long" },
        too_long = long_command,
        no_process = { 0x20000004, "There is no such process", "gone" },
        broken_pipe = { 4047, "broken pipe", "broken_pipe" },
        unopened = { 4058, "no such file or directory", "not_found" },
        busy = { 32, nil, "denied" },
    },
    unrunnable = {
        { "./x", 2, nil, "not_found" },
        { "no-such-command-anywhere", 2, nil, "not_found" },
        { "$/text/x", 2, nil, "not_found" },
        { "/", 5, nil, "denied" },
        { "$/plain", 193, nil, "not_executable", text = "#!/bin/sh\n" },
        -- what has that extension and isn't Windows' own kind of program may be DOS'
        { "$/text.exe", wine and 193 or nil, nil, "not_executable", text = "exit 0\n" },
        { "$/empty.exe", wine and 193 or nil, nil, "not_executable", text = "" },
        { "./" .. ("n"):rep(300), wine and 2 or 123, nil, "not_found" },
    },
    refused = nil, -- they are in the user's language
    lua = "lua5.4.exe",
    carriage_returns = true,
    not_here = {
        ["tests/guard/autokill_spec.lua"] = "the level is Linux's",
        ["tests/guard/blocked_spec.lua"] = "an interrupt breaks off no call that waits",
        ["tests/guard/janitor_spec.lua"] = "cgroups are Linux's",
        ["tests/guard/sweep_spec.lua"] = "cgroups are Linux's",
        ["tests/bindings/gone_spec.lua"] = "cgroups are Linux's",
        ["tests/bindings/scope_spec.lua"] = "systemd is Linux's",
        ["tests/guard/noproc_spec.lua"] = "/proc is Linux's",
        ["tests/bindings/reaper_spec.lua"] = "reapers are Linux's",
        ["tests/bindings/still_spec.lua"] = "reapers are Linux's",
        ["tests/guard/shortage_spec.lua"] = "prlimit's limits are Linux's",
        ["tests/guard/unreadable_spec.lua"] = "files that may be run and not read are Linux's",
        ["tests/bindings/exhausted_spec.lua"] = "prlimit's limits are Linux's",
        ["tests/bindings/space_spec.lua"] = "needs a small file system of its own, which Linux mounts",
    },
}
