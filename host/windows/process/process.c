/*
** process.c: one process, from its birth to its end, by its handle.
*/
#include "process.h"

#include <stdlib.h>

#include "../job/job.h"
#include "../job/usage.h"
#include "../native.h"

struct jg_os_process *jg_process_new(struct jg_os_loop *loop, struct jg_os_job *job,
                                     const struct jg_os_process_events *events, void *owner)
{
    struct jg_os_process *process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    process->loop = loop;
    process->job = job;
    process->spawned = events->spawned;
    process->ended = events->ended;
    process->owner = owner;
    process->limits = jg_limit_counts(job);
    jg_process_list(process);
    return process;
}

/* The order matters: no thread may be about to post the event when it is taken out of the queue. */
static void close_handle(struct jg_os_process *process)
{
    if (process->wait != NULL)
        UnregisterWaitEx(process->wait, INVALID_HANDLE_VALUE);
    jg_event_remove(process->loop, &process->event);
    if (process->handle != NULL)
        CloseHandle(process->handle);
    process->wait = process->handle = NULL;
}

void jg_process_free(struct jg_os_process *process)
{
    close_handle(process);
    jg_process_unlist(process);
    free(process);
}

static void read_status(HANDLE handle, struct jg_os_status *status)
{
    DWORD code;
    *status = (struct jg_os_status){.known = GetExitCodeProcess(handle, &code), .user_time = -1, .system_time = -1};
    if (status->known)
        status->exit.code = code;
    jg_usage_of_process(handle, status);
}

static void tell_ended(struct jg_os_process *process)
{
    struct jg_os_job *job = process->job;
    struct jg_os_status status;
    read_status(process->handle, &status);
    status.limit = jg_limit_reached(process, &status);
    close_handle(process);
    jg_process_unlist(process);
    process->state = JG_PROCESS_ENDED;
    jg_job_hold(job);
    jg_job_count(job, -1);
    if (process->released || process->loop->closing)
        free(process);
    else
        process->ended(process->owner, &status);
    jg_job_check(job);
    jg_job_drop(job);
}

static void on_event(struct jg_event *event)
{
    struct jg_os_process *process = JG_CONTAINER(event, struct jg_os_process, event);
    if (process->state == JG_PROCESS_SETTLED)
        jg_os_loop_settle(process->loop, false);
    tell_ended(process);
}

/* In a thread of the pool's. */
static void CALLBACK on_signalled(void *argument, BOOLEAN timed_out)
{
    struct jg_os_process *process = argument;
    (void)timed_out;
    jg_event_post(process->loop, &process->event);
}

bool jg_process_watch(struct jg_os_process *process, HANDLE handle, DWORD pid, struct jg_err *err)
{
    const ULONG how = WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD;
    process->event.ready = on_event;
    process->handle = handle;
    process->pid = pid;
    if (RegisterWaitForSingleObject(&process->wait, handle, on_signalled, process, INFINITE, how))
        return true;
    process->wait = NULL;
    return jg_err_set(err, (int)GetLastError(), "cannot wait for a process");
}

/* ---- somebody else's ---- */

/*
** The system takes any number for the multiple of four below it, and gives handles of processes that have ended, as
** long as somebody has one. Neither is the process that was asked for.
*/
static HANDLE open_pid(int64_t pid, struct jg_err *err)
{
    const DWORD whole = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE;
    const char *what = "cannot open the process";
    if (pid <= 0 || pid > UINT32_MAX || pid % 4 != 0) {
        jg_err_set(err, JG_NATIVE_NO_SUCH_PROCESS, what);
        return NULL;
    }
    HANDLE handle = OpenProcess(whole, FALSE, (DWORD)pid);
    if (handle == NULL && GetLastError() == ERROR_ACCESS_DENIED) /* to wait for it needs less */
        handle = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
    if (handle == NULL) {
        DWORD error = GetLastError();
        jg_err_set(err, error == ERROR_INVALID_PARAMETER ? JG_NATIVE_NO_SUCH_PROCESS : (int)error, what);
        return NULL;
    }
    if (WaitForSingleObject(handle, 0) != WAIT_OBJECT_0)
        return handle;
    CloseHandle(handle);
    jg_err_set(err, JG_NATIVE_NO_SUCH_PROCESS, what);
    return NULL;
}

bool jg_os_process_open(struct jg_os_loop *loop, int64_t pid, const struct jg_os_process_events *events, void *owner,
                        struct jg_os_process **result, struct jg_err *err)
{
    HANDLE handle = open_pid(pid, err);
    if (handle == NULL)
        return false;
    struct jg_os_process *process = jg_process_new(loop, NULL, events, owner);
    if (process == NULL) {
        CloseHandle(handle);
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot open the process");
    }
    process->open = true;
    process->state = JG_PROCESS_RUNNING;
    if (!jg_process_watch(process, handle, (DWORD)pid, err)) {
        jg_process_free(process);
        return false;
    }
    *result = process;
    return true;
}

int64_t jg_os_process_pid(const struct jg_os_process *process)
{
    return process->pid;
}

/* There is one world of numbers. */
int64_t jg_os_process_local_pid(const struct jg_os_process *process)
{
    return process->pid;
}

int64_t jg_os_process_host_pid(const struct jg_os_process *process)
{
    return process->pid;
}

void jg_os_process_release(struct jg_os_process *process)
{
    if (process == NULL)
        return;
    process->released = true;
    if (process->state == JG_PROCESS_ENDED && process->link == NULL)
        free(process);
    else if (process->open)
        jg_process_free(process);
}

void jg_processes_forget(struct jg_os_loop *loop)
{
    while (loop->plain != NULL)
        jg_process_free(loop->plain);
}
