-- start_up.lua: the calls of the start-up, in their order, and what is said if one of them is refused.
--
-- By the stage from which they are counted: the call, and which of them, as tests/fault/refuse.c has it; what is said,
-- before the system's own words. `option`: it takes that. `level`: it belongs to that one alone; `namespace`: to those
-- whose job is a pid namespace; `outside`: to none, so that no weaker one is tried. `ordinary`: root has no need of it.

local start_up = {}

-- The steps as one list.
local function steps(stages)
    local list = {}
    for _, stage in ipairs(stages) do
        for i = 2, #stage do
            local step = stage[i]
            list[#list + 1] = step
            step.from, step.call, step.says = stage[1] or nil, step[1], step[2]
        end
    end
    return list
end

-- How many mounts the start-up has made by then: where the root is none, as in a chroot, another one is tried.
local mounts = 2
local mounted = io.open "/proc/self/mountinfo"
if mounted then
    mounts = ("\n" .. mounted:read "a"):find "\n%S+ %S+ %S+ %S+ / " and 2 or 3
    mounted:close()
end

start_up.linux = steps {
    { false,
        { "mmap:1", "cannot map a page", outside = true } },
    { "guard-begins",
        { "eventfd:1", "cannot make the event" },
        { "pidfd_open:1", "cannot make a handle to the guard" },
        { "socketpair:1", "cannot make the detacher", option = "--allow-detach" },
        { "pipe2:1", "cannot make the detacher", option = "--allow-detach" },
        { "fork:1", "cannot make the detacher", option = "--allow-detach" },
        { "fork:2", "cannot make the detacher", option = "--allow-detach" },
        { "pidfd_open:2", "cannot make the detacher", option = "--allow-detach" },
        { "PR_SET_CHILD_SUBREAPER:1", "cannot become a subreaper", level = "reaper" },
        { "signalfd:1", "cannot listen to signals" },
        { "socketpair:1", "cannot make a socket to the harness" } },
    { "job-created",
        { "clone3:1", "cannot create the harness", level = "autokill" },
        { "clone:1", "cannot create the harness", level = "namespace" },
        { "clone:1", "cannot create the harness", level = "reaper" } },
    { "harness-assigned",
        { "write:1", "cannot signal the event" } },
    { "harness-born",
        { "PR_SET_PDEATHSIG:1", "cannot have init end with the guard", namespace = true } },
    { "harness-bound",
        { "poll:1", "cannot wait for the guard" } },
    { "harness-released",
        { "mount:1", "cannot keep the namespace's mounts to itself", namespace = true },
        { "mount:" .. mounts, "cannot mount the namespace's /proc", namespace = true },
        { "access:1", "cannot read /proc", level = "reaper" },
        { "PR_SET_CHILD_SUBREAPER:1", "cannot become a subreaper", level = "reaper" },
        { "socketpair:1", "cannot make a socket to init" },
        { "signalfd:1", "cannot listen to signals in init" },
        { "fork:1", "cannot fork the harness" },
        { "capset:1", "cannot drop the namespace's capabilities", namespace = true, ordinary = true },
        { "PR_SET_PDEATHSIG:1", "cannot have the harness end with init" } },
    { "harness-entered",
        { "epoll_create1:1", "cannot make the event loop", outside = true },
        { "epoll_create1:2", "cannot open the loop", outside = true } },
}

local ACCESS_DENIED = 5
local LIST = "PROC_THREAD_ATTRIBUTE_JOB_LIST" -- where it isn't known, the harness is put in its job once it is there

start_up.windows = steps {
    { false,
        { "CreateFileMappingW:1", "cannot map a page", outside = true },
        { "MapViewOfFile:1", "cannot map a page", outside = true } },
    { "guard-begins",
        { "CreateEventW:1", "cannot make the event for interrupts" },
        { "CreateEventW:2", "cannot make the event" },
        { "CreateEventW:3", "cannot make the events for detaching", option = "--allow-detach" },
        { "CreateEventW:4", "cannot make the events for detaching", option = "--allow-detach" },
        { "CreateJobObjectW:1", "cannot create the job" },
        { "SetConsoleCtrlHandler:1", "cannot listen to the console" },
        { "SetInformationJobObject:1", "cannot make the job kill-on-close" } },
    { "job-created",
        { "DuplicateHandle:1", "cannot copy the handles that the harness is handed" },
        { "DuplicateHandle:2", "cannot copy the handles that the harness is handed" },
        { "DuplicateHandle:3", "cannot copy the handles that the harness is handed" },
        { "UpdateProcThreadAttribute:1", "cannot list what the harness is handed" },
        { "GetModuleFileNameW:1", "cannot find this program's own file" },
        { "CreateProcessW:1", "cannot create the harness" },
        { "CreateProcessW:1", error = ACCESS_DENIED, -- the tests are in a job
            "cannot create the harness in its job (jghost is in a job itself, which may allow no other)" },
        { LIST .. ",AssignProcessToJobObject:1", "cannot put the harness in the job" },
        { LIST .. ",AssignProcessToJobObject:1", error = ACCESS_DENIED,
            "cannot put the harness in the job (jghost is in a job itself that allows no other)" },
        { LIST .. ",AssignProcessToJobObject,TerminateProcess", "cannot put the harness in the job" },
        -- these two are the harness's
        { "MapViewOfFile:1", "this harness has no guard: cannot map what it was handed", outside = true },
        { "SetHandleInformation:1", "cannot keep from children what the guard has handed over", outside = true },
        { "SetHandleInformation:3", "cannot keep from children what the guard has handed over", outside = true } },
    { "harness-created",
        { "IsProcessInJob:1", "cannot ask whether the harness is in the job" } },
    { "harness-bound",
        { "WaitForMultipleObjects:1", "cannot wait for the guard", outside = true } },
    { "harness-assigned",
        { "SetEvent:1", "cannot signal the event" } },
    { "harness-entered",
        { "CreateIoCompletionPort:1", "cannot make the event loop", outside = true },
        { "CreateIoCompletionPort:2", "cannot open the loop", outside = true },
        { "CreateThread:1", "cannot open the loop", outside = true } },
    { "event-signalled",
        { "WaitForMultipleObjects:1", "cannot wait for the harness" },
        { "GetExitCodeProcess:1", "cannot ask how the harness ended" },
        { "QueryInformationJobObject:1", "cannot ask whether the job is empty" },
        { "QueryInformationJobObject", "cannot ask whether the job is empty" },
        { "QueryInformationJobObject", "cannot ask whether the job is empty", option = "--timeout=0" },
        { "TerminateJobObject:1", "cannot end the job", option = "--timeout=0" },
        { "TerminateJobObject", "cannot end the job", option = "--timeout=0" } },
}

return start_up
