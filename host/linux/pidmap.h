/*
** pidmap.h: processes by their pid, within one reaper's world.
*/
#ifndef JG_PIDMAP_H
#define JG_PIDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct jg_os_process;

/* All zeroes is an empty one. */
struct jg_pidmap {
    struct jg_os_process **buckets;
    size_t size, count; /* the size is 0 or a power of two */
};

/* False if there is no memory. */
bool jg_pidmap_add(struct jg_pidmap *map, struct jg_os_process *process);

/* The process, taken out; or NULL. */
struct jg_os_process *jg_pidmap_take(struct jg_pidmap *map, pid_t pid);

void jg_pidmap_free(struct jg_pidmap *map);

#endif
