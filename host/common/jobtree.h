/*
** jobtree.h: jobs inside jobs: how long they live, who is in them, and when they are empty. The same on both systems.
**
** It works on the `struct jg_os_job` and `struct jg_os_process` of the system that is built, by the members that both
** have: see their job.h and process.h.
*/
#ifndef JG_JOBTREE_H
#define JG_JOBTREE_H

#include "../os.h"

/* ---- what a system provides ---- */

/* Asks the system to end all that is in this job alone; those inside it have been. `code` is for systems whose killed
** have one. */
bool jg_job_kill(struct jg_os_job *job, uint32_t code, struct jg_err *err);

/* No process that we started is left: is any other? If so, sees to it that jg_job_check is called. */
bool jg_job_vacant(struct jg_os_job *job);

/* Frees the job, which is empty, and in no list any more. */
void jg_job_dispose(struct jg_os_job *job);

/* ---- what it gets: all of these do nothing for NULL, the run's own job ---- */

/* Puts the job into its parent's list, or the loop's; takes it out. */
void jg_job_list(struct jg_os_job *job);
void jg_job_unlist(struct jg_os_job *job);

/* Puts the process into its job's list, or the loop's; takes it out, after which it is in no job. */
void jg_process_list(struct jg_os_process *process);
void jg_process_unlist(struct jg_os_process *process);

/* A process more, or less. */
void jg_job_count(struct jg_os_job *job, int change);

/* Something in it has ended: if it has become empty, says so, and goes on with its parent. */
void jg_job_check(struct jg_os_job *job);

/* The job isn't freed between these two; the second may free it. */
void jg_job_hold(struct jg_os_job *job);
void jg_job_drop(struct jg_os_job *job);

/* Is it frozen, or any job around it? */
bool jg_job_frozen(const struct jg_os_job *job);

/* Is `job` the same as `outer`, or inside it? */
bool jg_job_within(const struct jg_os_job *job, const struct jg_os_job *outer);

/* Every job of the loop: gives it up; looks whether it has become empty, having ended again, if `again`, what is being
** ended. */
void jg_jobs_release_all(struct jg_os_loop *loop);
void jg_jobs_check_all(struct jg_os_loop *loop, bool again);

#endif
