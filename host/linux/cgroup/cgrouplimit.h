/*
** cgrouplimit.h: limits of jobs, and which of them was reached.
*/
#ifndef JG_CGROUPLIMIT_H
#define JG_CGROUPLIMIT_H

#include <stdint.h>

#include "../../os.h"

/* Has it, or a job around it, a limit of memory? */
bool jg_limit_of_memory(const struct jg_os_job *job);

/* How often limits of a job, and of those around it, were reached; how many in it were killed for want of memory. */
struct jg_limit_counts {
    uint32_t memory, killed, processes;
};

/* Costs nothing where there are no limits. */
struct jg_limit_counts jg_limit_counts(const struct jg_os_job *job);

/* Which one was while this process, which has ended like that, was there? */
enum jg_limit jg_limit_reached(const struct jg_os_process *process, const struct jg_os_status *status);

/* It could not be started, for what is in `err`: if the reason is a limit, or that the job has lost its cgroup, puts
** that there. */
void jg_limit_explain(const struct jg_os_process *process, struct jg_err *err);

/* The job has a new cgroup: sets the limits that it had in the old one. */
bool jg_limit_again(struct jg_os_job *job, struct jg_err *err);

#endif
