/*
** snapshot.h: every process of the system at one moment.
*/
#ifndef JG_SNAPSHOT_H
#define JG_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

struct jg_snapshot {
    void *data, *copies;
    const struct jg_snapshot_entry **at; /* by pid */
    size_t count;
};

struct jg_seen {
    ULONG_PTR pid;
    uint64_t created;                /* in hundreds of nanoseconds since 1601 */
    uint64_t user_time, system_time; /* in hundreds of nanoseconds */
    int64_t parent;                  /* -1: it isn't there any more */
    int64_t memory;                  /* resident, in bytes */
    int64_t threads;
    const wchar_t *name; /* of the executable, without its folder; not terminated; the snapshot's */
    size_t name_length;  /* in characters */
    const char *state;   /* as jg_os_process_info has it; static text */
};

/* For jg_snapshot_free. False: GetLastError says why, and nothing needs freeing. */
bool jg_snapshot_take(struct jg_snapshot *snapshot);
void jg_snapshot_free(struct jg_snapshot *snapshot);

/* The number of the one at `index`, which is below `count`. */
ULONG_PTR jg_snapshot_pid(const struct jg_snapshot *snapshot, size_t index);

/* What is seen of it is valid until the snapshot is freed. False: it wasn't there. */
bool jg_snapshot_find(const struct jg_snapshot *snapshot, ULONG_PTR pid, struct jg_seen *seen);

#endif
