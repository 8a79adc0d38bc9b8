/*
** pidmap.c: processes by their pid, within one reaper's world.
*/
#define _GNU_SOURCE
#include "pidmap.h"

#include <stdlib.h>

#include "../process/process.h"

static struct jg_os_process **bucket(struct jg_pidmap *map, pid_t pid)
{
    struct jg_os_process **buckets = map->buckets != NULL ? map->buckets : map->first;
    size_t size = map->buckets != NULL ? map->size : JG_PIDMAP_FIRST;
    return &buckets[(size_t)pid & (size - 1)]; /* pids count up: the low bits spread well */
}

static void put(struct jg_pidmap *map, struct jg_os_process *process)
{
    struct jg_os_process **to = bucket(map, process->pid);
    process->chain = *to;
    *to = process;
}

/* Without memory it goes on as it is, slower. */
static void grow(struct jg_pidmap *map)
{
    struct jg_pidmap larger = {.size = map->buckets != NULL ? map->size * 2 : 2 * JG_PIDMAP_FIRST, .count = map->count};
    larger.buckets = calloc(larger.size, sizeof(struct jg_os_process *));
    if (larger.buckets == NULL)
        return;
    struct jg_os_process **old = map->buckets != NULL ? map->buckets : map->first;
    size_t size = map->buckets != NULL ? map->size : JG_PIDMAP_FIRST;
    for (size_t i = 0; i < size; i++)
        while (old[i] != NULL) {
            struct jg_os_process *process = old[i];
            old[i] = process->chain;
            put(&larger, process);
        }
    free(map->buckets);
    *map = larger;
}

void jg_pidmap_add(struct jg_pidmap *map, struct jg_os_process *process)
{
    if (map->count >= (map->buckets != NULL ? map->size : JG_PIDMAP_FIRST))
        grow(map);
    put(map, process);
    map->count++;
}

struct jg_os_process *jg_pidmap_take(struct jg_pidmap *map, pid_t pid)
{
    struct jg_os_process **at = bucket(map, pid);
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
