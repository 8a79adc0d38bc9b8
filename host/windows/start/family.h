/*
** family.h: the processes of the run, where the system doesn't list those of the job that we are in.
*/
#ifndef JG_FAMILY_H
#define JG_FAMILY_H

#include "../job/pids.h"
#include "../loop/loop.h"
#include "../process/snapshot.h"

/* This process, its descendants, and whatever is in its jobs. False: GetLastError says why. For jg_pids_free, also
** after that. */
bool jg_family_read(struct jg_os_loop *loop, const struct jg_snapshot *snapshot, struct jg_pids *pids);

#endif
