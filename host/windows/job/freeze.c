/*
** freeze.c: freezing a job.
**
** Windows has no documented way to freeze a job, so its processes are suspended one by one, until nobody is found who
** isn't: a suspended process starts no others, but one that it was just starting may come to light a moment later.
** The handles are kept, for those and no others are resumed.
*/
#include <stdlib.h>

#include "../native.h"
#include "job.h"
#include "pids.h"

typedef LONG NTAPI suspend_fn(HANDLE process);

enum { QUIET_ROUNDS = 3, ROUND_MS = 1, PATIENCE_MS = 2000 };

static suspend_fn *find(const char *name)
{
    return (suspend_fn *)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

static bool has(const struct jg_suspended *suspended, DWORD pid)
{
    for (size_t i = 0; i < suspended->count; i++)
        if (suspended->at[i].pid == pid)
            return true;
    return false;
}

static bool make_room(struct jg_suspended *suspended)
{
    if (suspended->count < suspended->room)
        return true;
    size_t room = suspended->room > 0 ? suspended->room * 2 : 16;
    struct jg_suspended_process *at = realloc(suspended->at, room * sizeof *at);
    if (at == NULL)
        return false;
    suspended->at = at;
    suspended->room = room;
    return true;
}

static const LONG is_terminating = (LONG)0xC000010A; /* ntstatus.h: STATUS_PROCESS_IS_TERMINATING */

bool jg_job_suspend(struct jg_os_job *job, DWORD pid, struct jg_err *err)
{
    suspend_fn *suspend_process = find("NtSuspendProcess");
    struct jg_suspended *suspended = &job->suspended;
    const DWORD access = PROCESS_SUSPEND_RESUME | PROCESS_QUERY_INFORMATION | SYNCHRONIZE;
    BOOL inside = TRUE;
    if (!make_room(suspended))
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot freeze the job");
    HANDLE handle = OpenProcess(access, FALSE, pid);
    if (handle == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_INVALID_PARAMETER || jg_err_set(err, (int)error, "cannot freeze the job");
    }
    bool stranger = IsProcessInJob(handle, job->handle, &inside) && !inside;
    LONG status = stranger ? is_terminating : suspend_process(handle);
    if (status >= 0) {
        suspended->at[suspended->count++] = (struct jg_suspended_process){handle, pid};
        return true;
    }
    bool ended = status == is_terminating || WaitForSingleObject(handle, 0) == WAIT_OBJECT_0;
    CloseHandle(handle);
    return ended || jg_err_set(err, ERROR_ACCESS_DENIED, "cannot freeze the job");
}

/* Suspends whoever isn't; *found: there was somebody. */
static bool sweep(struct jg_os_job *job, bool *found, struct jg_err *err)
{
    struct jg_pids pids;
    size_t before = job->suspended.count;
    if (!jg_pids_read(&pids, job->handle))
        return jg_err_set(err, (int)GetLastError(), "cannot freeze the job");
    bool ok = true;
    for (size_t i = 0; i < pids.count && ok; i++)
        ok = has(&job->suspended, (DWORD)pids.at[i]) || jg_job_suspend(job, (DWORD)pids.at[i], err);
    jg_pids_free(&pids);
    *found = job->suspended.count > before;
    return ok;
}

static bool suspend_all(struct jg_os_job *job, struct jg_err *err)
{
    bool ok = find("NtSuspendProcess") != NULL || jg_err_set(err, JG_NATIVE_NO_FREEZING, "cannot freeze the job");
    int quiet = 0;
    ULONGLONG deadline = GetTickCount64() + PATIENCE_MS;
    while (ok && quiet < QUIET_ROUNDS && GetTickCount64() < deadline) {
        bool found = false;
        ok = sweep(job, &found, err);
        quiet = found ? 0 : quiet + 1;
        if (ok && quiet < QUIET_ROUNDS)
            Sleep(ROUND_MS);
    }
    return ok && (quiet == QUIET_ROUNDS || jg_err_set(err, JG_NATIVE_NEVER_QUIET, "cannot freeze the job"));
}

void jg_job_thaw(struct jg_os_job *job)
{
    struct jg_suspended *suspended = &job->suspended;
    suspend_fn *resume_process = find("NtResumeProcess");
    for (size_t i = 0; i < suspended->count; i++) {
        if (resume_process != NULL)
            resume_process(suspended->at[i].handle);
        CloseHandle(suspended->at[i].handle);
    }
    free(suspended->at);
    *suspended = (struct jg_suspended){0};
}

bool jg_os_job_freeze(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    if (job->frozen == frozen)
        return true;
    bool ok = !frozen || suspend_all(job, err);
    if (!frozen || !ok)
        jg_job_thaw(job);
    job->frozen = frozen && ok;
    return ok;
}
