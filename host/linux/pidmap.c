/*
** pidmap.c: processes by their pid, within one reaper's world.
*/
#define _GNU_SOURCE
#include "pidmap.h"

#include <stdlib.h>

#include "process.h"

enum { FIRST_SIZE = 16 };

static struct jg_os_process **bucket(struct jg_os_process **buckets, size_t size, pid_t pid)
{
    return &buckets[(size_t)pid & (size - 1)]; /* pids count up: the low bits spread well */
}

static bool grow(struct jg_pidmap *map)
{
    size_t size = map->size > 0 ? map->size * 2 : FIRST_SIZE;
    struct jg_os_process **buckets = calloc(size, sizeof(struct jg_os_process *));
    if (buckets == NULL)
        return map->size > 0; /* it goes on, slower */
    for (size_t i = 0; i < map->size; i++)
        while (map->buckets[i] != NULL) {
            struct jg_os_process *process = map->buckets[i];
            struct jg_os_process **to = bucket(buckets, size, process->pid);
            map->buckets[i] = process->chain;
            process->chain = *to;
            *to = process;
        }
    free(map->buckets);
    map->buckets = buckets;
    map->size = size;
    return true;
}

bool jg_pidmap_add(struct jg_pidmap *map, struct jg_os_process *process)
{
    if (map->count >= map->size && !grow(map))
        return false;
    struct jg_os_process **to = bucket(map->buckets, map->size, process->pid);
    process->chain = *to;
    *to = process;
    map->count++;
    return true;
}

struct jg_os_process *jg_pidmap_take(struct jg_pidmap *map, pid_t pid)
{
    if (map->size == 0)
        return NULL;
    struct jg_os_process **at = bucket(map->buckets, map->size, pid);
    while (*at != NULL && (*at)->pid != pid)
        at = &(*at)->chain;
    struct jg_os_process *found = *at;
    if (found != NULL) {
        *at = found->chain;
        found->chain = NULL;
        map->count--;
    }
    return found;
}

void jg_pidmap_free(struct jg_pidmap *map)
{
    free(map->buckets);
    *map = (struct jg_pidmap){0};
}
