/*
** pidmap.h: processes by their pid, within one reaper's world.
*/
#ifndef JG_PIDMAP_H
#define JG_PIDMAP_H

#include <stddef.h>
#include <sys/types.h>

struct jg_os_process;

enum { JG_PIDMAP_FIRST = 16 };

/* All zeroes is an empty one. It begins with buckets of its own, so that adding never fails. */
struct jg_pidmap {
    struct jg_os_process *first[JG_PIDMAP_FIRST];
    struct jg_os_process **buckets; /* NULL: the first ones are enough */
    size_t size, count;             /* the size is a power of two */
};

/* By its pid; it stays the caller's. */
void jg_pidmap_add(struct jg_pidmap *map, struct jg_os_process *process);

/* The process, taken out; or NULL. */
struct jg_os_process *jg_pidmap_take(struct jg_pidmap *map, pid_t pid);

/* Not the processes. */
void jg_pidmap_free(struct jg_pidmap *map);

#endif
