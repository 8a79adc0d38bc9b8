/*
** pids.h: which processes are in a job.
*/
#ifndef JG_PIDS_H
#define JG_PIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

struct jg_pids {
    ULONG_PTR *at; /* in no order */
    size_t count;
    void *list; /* where they are */
};

/* Those in the job and in the jobs inside it; NULL: in the innermost job that we are in. For jg_pids_free. False:
** GetLastError says why, and nothing needs freeing. */
bool jg_pids_read(struct jg_pids *pids, HANDLE job);

void jg_pids_free(struct jg_pids *pids);

#endif
