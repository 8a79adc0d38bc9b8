/*
** birth.h: the creation of a process, in its jobs from its first instruction on.
*/
#ifndef JG_BIRTH_H
#define JG_BIRTH_H

#include "../job/job.h"
#include "plan.h"

/*
** Starts what `plan` says, in `job` and all the jobs around it (NULL: in the run's own alone). It inherits its three
** standard handles and nothing else. If it `leads`, it leads a process group: a Ctrl-Break can be meant for it, and it
** isn't hit by the user's Ctrl-C, which is ours to deal with. The handle of the process is the caller's to close.
*/
bool jg_birth(struct jg_os_job *job, const struct jg_plan *plan, bool leads, HANDLE *handle, DWORD *pid,
              struct jg_err *err);

/* The same in the job of that handle and suspended, with nothing of our console. The handles are the caller's to
** close. */
bool jg_birth_suspended(HANDLE job, const struct jg_plan *plan, PROCESS_INFORMATION *created, struct jg_err *err);

/* Has whoever is created with that list be born in the jobs, the outermost first. False where the system can't. */
bool jg_birth_in_jobs(LPPROC_THREAD_ATTRIBUTE_LIST list, HANDLE *jobs, size_t count);

#endif
