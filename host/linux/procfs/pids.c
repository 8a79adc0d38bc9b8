/*
** pids.c: a growing list of process numbers.
*/
#define _GNU_SOURCE
#include "pids.h"

#include <errno.h>
#include <stdlib.h>

enum { FIRST_ROOM = 32 };

bool jg_pids_add(struct jg_pids *pids, pid_t pid)
{
    if (pids->count == pids->room) {
        size_t room = pids->room > 0 ? pids->room * 2 : FIRST_ROOM;
        pid_t *at = realloc(pids->at, room * sizeof *at);
        if (at == NULL)
            return false;
        pids->at = at;
        pids->room = room;
    }
    pids->at[pids->count++] = pid;
    return true;
}

static size_t find(const struct jg_pids *pids, pid_t pid)
{
    size_t i = 0;
    while (i < pids->count && pids->at[i] != pid)
        i++;
    return i;
}

bool jg_pids_has(const struct jg_pids *pids, pid_t pid)
{
    return find(pids, pid) < pids->count;
}

bool jg_pids_remove(struct jg_pids *pids, pid_t pid)
{
    size_t i = find(pids, pid);
    if (i == pids->count)
        return false;
    pids->at[i] = pids->at[--pids->count];
    return true;
}

void jg_pids_free(struct jg_pids *pids)
{
    int error = errno;
    free(pids->at);
    *pids = (struct jg_pids){0};
    errno = error;
}
