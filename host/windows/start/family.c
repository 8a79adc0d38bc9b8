/*
** family.c: the processes of the run, where the system doesn't list those of the job that we are in.
**
** Wine doesn't. Our descendants by their parents, and all that is in the script's jobs, are all but what was started in
** no job of the script's and has lost its parent.
*/
#include "family.h"

#include <stdlib.h>

#include "../job/job.h"
#include "../process/seen.h"

static bool has(const struct jg_pids *pids, ULONG_PTR pid)
{
    for (size_t i = 0; i < pids->count; i++)
        if (pids->at[i] == pid)
            return true;
    return false;
}

static void add(struct jg_pids *pids, ULONG_PTR pid)
{
    if (!has(pids, pid))
        pids->at[pids->count++] = pid;
}

static bool add_jobs(struct jg_pids *pids, size_t room, const struct jg_os_job *job)
{
    for (; job != NULL; job = job->next) {
        struct jg_pids some;
        if (!jg_pids_read(&some, job->handle))
            return false;
        for (size_t i = 0; i < some.count && pids->count < room; i++)
            add(pids, some.at[i]);
        jg_pids_free(&some);
    }
    return true;
}

/* One more generation; false: there is none. */
static bool add_children(struct jg_pids *pids, const struct jg_snapshot *snapshot)
{
    size_t before = pids->count;
    struct jg_seen seen;
    for (size_t i = 0; i < snapshot->count; i++) {
        ULONG_PTR pid = jg_snapshot_pid(snapshot, i);
        if (!has(pids, pid) && jg_snapshot_find(snapshot, pid, &seen) && seen.parent > 0 &&
            has(pids, (ULONG_PTR)seen.parent))
            add(pids, pid);
    }
    return pids->count > before;
}

void jg_os_end_children(void)
{
    struct jg_snapshot snapshot;
    struct jg_seen seen;
    HANDLE child;
    bool taken = jg_snapshot_take(&snapshot);
    for (size_t i = 0; taken && i < snapshot.count; i++) {
        if (!jg_snapshot_find(&snapshot, jg_snapshot_pid(&snapshot, i), &seen) ||
            seen.parent != (int64_t)GetCurrentProcessId() || !jg_seen_open(&seen, PROCESS_TERMINATE, &child) ||
            child == NULL)
            continue;
        TerminateProcess(child, JG_KILLED);
        CloseHandle(child);
    }
    jg_snapshot_free(&snapshot);
}

bool jg_family_read(struct jg_os_loop *loop, const struct jg_snapshot *snapshot, struct jg_pids *pids)
{
    size_t room = snapshot->count + 1; /* who isn't in the snapshot isn't told of, either */
    pids->count = 0;
    pids->at = pids->list = malloc(room * sizeof *pids->at);
    if (pids->at == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    add(pids, GetCurrentProcessId());
    while (add_children(pids, snapshot))
        ;
    return add_jobs(pids, room, loop->jobs);
}
