/*
** snapshot.c: every process of the system at one moment, as only one call tells it: NtQuerySystemInformation. The
** documented ones (Toolhelp) are made of it, and leave out when, how much, and whether it runs.
*/
#include "snapshot.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"

enum { SYSTEM_PROCESSES = 5, FIRST_SIZE = 1 << 18 };

#define TOO_SMALL ((LONG)0xC0000004) /* STATUS_INFO_LENGTH_MISMATCH */

typedef LONG NTAPI query_fn(int what, void *data, ULONG size, ULONG *needed);

enum { WAITING = 5 };                                                   /* a thread's state */
enum { PAGE_IN = 2, SUSPENDED = 5, WR_PAGE_IN = 9, WR_SUSPENDED = 12 }; /* and why */

static bool read_all(struct jg_snapshot *snapshot)
{
    query_fn *query =
        (query_fn *)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    LONG status = query == NULL ? -1 : TOO_SMALL;
    for (ULONG size = FIRST_SIZE; status == TOO_SMALL; size *= 2) {
        free(snapshot->data);
        snapshot->data = malloc(size);
        if (snapshot->data == NULL) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return false;
        }
        status = query(SYSTEM_PROCESSES, snapshot->data, size, NULL);
    }
    if (status < 0)
        SetLastError(ERROR_NOT_SUPPORTED);
    return status >= 0;
}

/* What begins at `from` in the system's list; from this offset on if there is another, else 0. */
static size_t next_entry(const struct jg_snapshot *snapshot, size_t from)
{
    ULONG next;
    memcpy(&next, (const char *)snapshot->data + from, sizeof next);
    return next == 0 ? 0 : from + next;
}

static size_t entry_size(const struct jg_snapshot *snapshot, size_t from)
{
    ULONG threads;
    memcpy(&threads, (const char *)snapshot->data + from + offsetof(struct jg_snapshot_entry, threads), sizeof threads);
    return offsetof(struct jg_snapshot_entry, thread) + threads * sizeof(struct jg_snapshot_thread);
}

/* Copies of the entries: Wine's list isn't aligned. Their names stay in the list. */
static bool copy_entries(struct jg_snapshot *snapshot)
{
    size_t count = 0, size = 0, from = 0;
    do {
        count++;
        size += (entry_size(snapshot, from) + 7) & ~(size_t)7;
    } while ((from = next_entry(snapshot, from)) != 0);
    snapshot->at = malloc(count * sizeof *snapshot->at);
    char *to = snapshot->copies = malloc(size);
    if (snapshot->at == NULL || to == NULL)
        return false;
    do {
        size_t length = entry_size(snapshot, from);
        snapshot->at[snapshot->count++] = memcpy(to, (const char *)snapshot->data + from, length);
        to += (length + 7) & ~(size_t)7;
    } while ((from = next_entry(snapshot, from)) != 0);
    return true;
}

static int by_pid(const void *a, const void *b)
{
    const struct jg_snapshot_entry *const *x = a, *const *y = b;
    return ((*x)->pid > (*y)->pid) - ((*x)->pid < (*y)->pid);
}

bool jg_snapshot_take(struct jg_snapshot *snapshot)
{
    *snapshot = (struct jg_snapshot){0};
    if (!read_all(snapshot)) {
        jg_snapshot_free(snapshot);
        return false;
    }
    if (!copy_entries(snapshot)) {
        jg_snapshot_free(snapshot);
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    qsort(snapshot->at, snapshot->count, sizeof *snapshot->at, by_pid);
    return true;
}

void jg_snapshot_free(struct jg_snapshot *snapshot)
{
    free(snapshot->data);
    free(snapshot->copies);
    free(snapshot->at);
    *snapshot = (struct jg_snapshot){0};
}

static const struct jg_snapshot_entry *find(const struct jg_snapshot *snapshot, ULONG_PTR pid)
{
    struct jg_snapshot_entry key = {.pid = pid};
    const struct jg_snapshot_entry *wanted = &key, **found;
    found = bsearch(&wanted, snapshot->at, snapshot->count, sizeof *snapshot->at, by_pid);
    return found != NULL ? *found : NULL;
}

enum liveliness { STOPPED, SLEEPING, IN_DISK_WAIT, ALIVE };

static enum liveliness liveliness(const struct jg_snapshot_thread *thread)
{
    if (thread->state != WAITING)
        return ALIVE; /* or will be in a moment */
    switch (thread->reason) {
    case PAGE_IN:
    case WR_PAGE_IN:
        return IN_DISK_WAIT;
    case SUSPENDED:
    case WR_SUSPENDED:
        return STOPPED;
    default:
        return SLEEPING;
    }
}

/* That of its liveliest thread. */
static const char *process_state(const struct jg_snapshot_entry *entry)
{
    static const char *const names[] = {"stopped", "sleeping", "waiting", "running"};
    enum liveliness best = entry->threads > 0 ? STOPPED : ALIVE;
    for (ULONG i = 0; i < entry->threads; i++)
        if (liveliness(&entry->thread[i]) > best)
            best = liveliness(&entry->thread[i]);
    return names[best];
}

ULONG_PTR jg_snapshot_pid(const struct jg_snapshot *snapshot, size_t index)
{
    return snapshot->at[index]->pid;
}

bool jg_snapshot_find(const struct jg_snapshot *snapshot, ULONG_PTR pid, struct jg_seen *seen)
{
    const struct jg_snapshot_entry *entry = find(snapshot, pid);
    if (entry == NULL)
        return false;
    /* who has the number of a parent that has ended is younger than the child */
    const struct jg_snapshot_entry *parent = find(snapshot, entry->parent);
    bool alive = parent != NULL && parent->created.QuadPart <= entry->created.QuadPart;
    *seen = (struct jg_seen){
        .pid = pid,
        .created = (uint64_t)entry->created.QuadPart,
        .user_time = (uint64_t)entry->user_time.QuadPart,
        .system_time = (uint64_t)entry->system_time.QuadPart,
        .parent = alive ? (int64_t)entry->parent : -1,
        .memory = (int64_t)entry->working_set,
        .threads = entry->threads,
        .name = entry->name.at,
        .name_length = entry->name.length / sizeof(wchar_t),
        .state = process_state(entry),
    };
    return true;
}
