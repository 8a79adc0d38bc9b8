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
    uint64_t created, user_time, system_time; /* hundreds of nanoseconds; since 1601 */
    int64_t parent, memory, threads;          /* the parent is -1 if it isn't there any more */
    const wchar_t *name;                      /* not terminated */
    size_t name_length;
    const char *state;
};

bool jg_snapshot_take(struct jg_snapshot *snapshot);
void jg_snapshot_free(struct jg_snapshot *snapshot);

/* The number of the one at `index`. */
ULONG_PTR jg_snapshot_pid(const struct jg_snapshot *snapshot, size_t index);

/* False: it wasn't there. */
bool jg_snapshot_find(const struct jg_snapshot *snapshot, ULONG_PTR pid, struct jg_seen *seen);

#endif
