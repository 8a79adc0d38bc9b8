/*
** procinfo.c: what can be known of the processes in a job.
*/
#include <stdlib.h>

#include "../process/procline.h"
#include "../process/seen.h"
#include "../start/family.h"
#include "job.h"

#define EPOCH 116444736000000000 /* 1970, in hundreds of nanoseconds since 1601 */

struct listing {
    struct jg_os_loop *loop;
    const struct jg_os_job *job; /* NULL: the run's own */
    struct jg_snapshot snapshot;
    struct jg_pids pids;
};

/* One that was made for us is nothing that a script has started. */
static bool is_our_console(const struct listing *listing, const struct jg_seen *seen)
{
    return listing->job == NULL && seen->parent == GetCurrentProcessId() && jg_seen_is_console(seen);
}

static double seconds(uint64_t ticks)
{
    return (double)ticks / 1e7;
}

/* The system keeps a date only. */
static double age(uint64_t created)
{
    FILETIME time;
    GetSystemTimeAsFileTime(&time);
    uint64_t now = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    return now > created ? seconds(now - created) : 0;
}

/* Is it in one of the jobs that are being ended? */
static bool is_ending(const struct jg_os_job *job, HANDLE process)
{
    BOOL inside = FALSE;
    if (job->code != 0 && IsProcessInJob(process, job->handle, &inside) && inside)
        return true;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        if (is_ending(child, process))
            return true;
    return false;
}

static void tell(const struct listing *listing, DWORD pid, jg_os_process_each_fn *each, void *argument)
{
    struct jg_seen seen;
    HANDLE process;
    if (!jg_snapshot_find(&listing->snapshot, pid, &seen) || is_our_console(listing, &seen) ||
        !jg_seen_open(&seen, 0, &process))
        return;
    char *name = jg_narrow_part(seen.name, seen.name_length);
    char *command = jg_procline_read(process);
    const char *known = name != NULL ? name : "?";
    struct jg_os_process_info info = {
        .local_pid = pid,
        .pid = pid,
        .host_pid = pid,
        .parent = seen.parent,
        .local_parent = seen.parent,
        .name = known,
        .command = command != NULL ? command : known,
        .state = jg_job_frozen(listing->job) ? "frozen" : seen.state,
        .started = ((double)seen.created - EPOCH) / 1e7,
        .age = age(seen.created),
        .user_time = seconds(seen.user_time),
        .system_time = seconds(seen.system_time),
        .memory = seen.memory,
        .threads = seen.threads,
        .ending = listing->job != NULL && process != NULL && is_ending(listing->job, process),
        .internal = jg_seen_is_console(&seen),
    };
    each(&info, argument);
    free(command);
    free(name);
    if (process != NULL)
        CloseHandle(process);
}

static int by_pid(const void *a, const void *b)
{
    const ULONG_PTR *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/*
** The snapshot comes first, then the list of numbers: whoever had one of these in the snapshot and has it still when he
** is opened had it in between, too, and so he is the one who was in the job.
*/
static bool open_listing(struct listing *listing)
{
    if (!jg_snapshot_take(&listing->snapshot))
        return false;
    return jg_pids_read(&listing->pids, listing->job != NULL ? listing->job->handle : NULL) ||
           (listing->job == NULL && jg_family_read(listing->loop, &listing->snapshot, &listing->pids));
}

static bool list(struct listing *listing, DWORD but, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    bool ok = open_listing(listing);
    if (!ok)
        jg_err_set(err, (int)GetLastError(), "cannot list the processes");
    if (ok && listing->pids.count > 0)
        qsort(listing->pids.at, listing->pids.count, sizeof *listing->pids.at, by_pid);
    for (size_t i = 0; ok && i < listing->pids.count; i++)
        if (listing->pids.at[i] != but)
            tell(listing, (DWORD)listing->pids.at[i], each, argument);
    jg_snapshot_free(&listing->snapshot);
    jg_pids_free(&listing->pids);
    return ok;
}

bool jg_os_job_processes(struct jg_os_job *job, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing listing = {.loop = job->loop, .job = job};
    return list(&listing, 0, each, argument, err);
}

/* The innermost of the jobs that we are in is the run's own: nobody but the guard has put us into one. */
bool jg_os_loop_processes(struct jg_os_loop *loop, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing listing = {.loop = loop, .job = NULL};
    return list(&listing, GetCurrentProcessId(), each, argument, err);
}
