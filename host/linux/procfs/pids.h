/*
** pids.h: a growing list of process numbers. All zeroes is an empty one.
*/
#ifndef JG_PIDS_H
#define JG_PIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct jg_pids {
    pid_t *at;
    size_t count, room;
};

/* False with errno if there is no memory. */
bool jg_pids_add(struct jg_pids *pids, pid_t pid);

bool jg_pids_has(const struct jg_pids *pids, pid_t pid);

/* True if it was in the list. */
bool jg_pids_remove(struct jg_pids *pids, pid_t pid);

/* Leaves errno as it is: it may say why the list wasn't to be had. */
void jg_pids_free(struct jg_pids *pids);

#endif
