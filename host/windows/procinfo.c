/*
** procinfo.c: what can be known of the processes in a job.
*/
#include <stdlib.h>
#include <string.h>

#include "job.h"
#include "pids.h"
#include "snapshot.h"
#include "wide.h"

enum { COMMAND_LINE = 60, COMMAND_SIZE = 2 * 32768 + 64 };

#define EPOCH 116444736000000000 /* 1970, in hundreds of nanoseconds since 1601 */

typedef LONG NTAPI query_fn(HANDLE process, int what, void *data, ULONG size, ULONG *needed);

struct text {
    USHORT length, room; /* in bytes */
    wchar_t *at;
};

struct listing {
    HANDLE job;
    const struct jg_os_job *owner; /* NULL: the run's own */
    struct jg_snapshot snapshot;
    struct jg_pids pids;
    query_fn *query;
    wchar_t *command;
};

/* The text, not longer than there is room for in front of a zero, in UTF-8. */
static char *narrow_part(const wchar_t *text, size_t length)
{
    wchar_t *copy = malloc((length + 1) * sizeof *copy);
    if (copy == NULL)
        return NULL;
    wmemcpy(copy, text, length);
    copy[length] = L'\0';
    char *narrow = jg_narrow(copy);
    free(copy);
    return narrow;
}

/* Its command line, or where it was started from. NULL: neither is ours to know. */
static char *read_command(const struct listing *listing, HANDLE process)
{
    const struct text *text = (const void *)listing->command;
    ULONG needed;
    DWORD length = COMMAND_SIZE / sizeof(wchar_t);
    if (process == NULL)
        return NULL;
    if (listing->query != NULL && listing->query(process, COMMAND_LINE, listing->command, COMMAND_SIZE, &needed) >= 0)
        return narrow_part(text->at, text->length / sizeof(wchar_t));
    if (QueryFullProcessImageNameW(process, 0, listing->command, &length))
        return narrow_part(listing->command, length);
    return NULL;
}

/* Its number may have been given to somebody else since the list was made. */
static bool is_stranger(const struct listing *listing, HANDLE process)
{
    BOOL inside;
    return process != NULL && IsProcessInJob(process, listing->job, &inside) && !inside;
}

static double seconds(uint64_t ticks)
{
    return (double)ticks / 1e7;
}

static void tell_seen(const struct listing *listing, DWORD pid, const struct jg_seen *seen, HANDLE process,
                      jg_os_process_each_fn *each, void *argument)
{
    char *name = narrow_part(seen->name, seen->name_length);
    char *command = read_command(listing, process);
    const char *known = name != NULL ? name : "?";
    bool frozen = jg_job_frozen(listing->owner) && strcmp(seen->state, "running") != 0;
    struct jg_os_process_info info = {
        .local_pid = pid,
        .pid = pid,
        .host_pid = pid,
        .parent = seen->parent,
        .name = known,
        .command = command != NULL ? command : known,
        .state = frozen ? "frozen" : seen->state,
        .started = ((double)seen->created - EPOCH) / 1e7,
        .user_time = seconds(seen->user_time),
        .system_time = seconds(seen->system_time),
        .memory = seen->memory,
        .threads = seen->threads,
    };
    each(&info, argument);
    free(command);
    free(name);
}

static void tell(const struct listing *listing, DWORD pid, jg_os_process_each_fn *each, void *argument)
{
    struct jg_seen seen;
    if (!jg_snapshot_find(&listing->snapshot, pid, &seen))
        return;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (!is_stranger(listing, process))
        tell_seen(listing, pid, &seen, process, each, argument);
    if (process != NULL)
        CloseHandle(process);
}

static int by_pid(const void *a, const void *b)
{
    const ULONG_PTR *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool open_listing(struct listing *listing)
{
    listing->query =
        (query_fn *)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationProcess");
    listing->command = malloc(COMMAND_SIZE);
    if (listing->command == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    return jg_pids_read(&listing->pids, listing->job) && jg_snapshot_take(&listing->snapshot);
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
    free(listing->command);
    return ok;
}

bool jg_os_job_processes(struct jg_os_job *job, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing listing = {.job = job->handle, .owner = job};
    return list(&listing, 0, each, argument, err);
}

/* The job that we are in ourselves, the innermost of them: nobody but the guard has put us into one. */
bool jg_os_loop_processes(struct jg_os_loop *loop, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing listing = {.job = NULL};
    (void)loop;
    return list(&listing, GetCurrentProcessId(), each, argument, err);
}
