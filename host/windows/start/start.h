/*
** start.h: the harness's creation, and the end of its job.
*/
#ifndef JG_START_H
#define JG_START_H

#include "../detach/detacher.h"

/*
** Creates the harness, running, in `job` where the system can do that at once, and hands it `event`, the detacher's if
** there is one, and what else it needs. Its handle is the caller's to close; NULL: it couldn't be.
*/
HANDLE jg_start_harness(HANDLE job, HANDLE event, const struct jg_detacher *detacher, struct jg_err *err);

/*
** The last error, as what couldn't be done; `nested` if the reason is, or may be, that this process is in a job itself:
** jobs are nested since Windows 8, but in one with limits of an older kind. False.
*/
bool jg_start_refused(struct jg_err *err, const char *what, const char *nested);

/* How long all waiting for the end may last, in moments of 10 ms: half a minute. */
enum { JG_END_PATIENCE = 3000 };

/*
** Ends all that is in `job`, and waits until it has ended; what that takes is subtracted from *patience. False: they
** can't be ended or counted, or there is no patience left; the end of this process, which has the job's only handle, is
** what then ends them.
*/
bool jg_end_job(HANDLE job, int *patience, struct jg_err *err);

/* The same of the harness alone: it isn't in its job yet, or nobody else is there any more. */
bool jg_end_harness(HANDLE harness, int *patience, struct jg_err *err);

#endif
