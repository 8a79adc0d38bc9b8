/*
** limit.h: limits of jobs, and which of them was reached.
*/
#ifndef JG_LIMIT_H
#define JG_LIMIT_H

#include <windows.h>

#include "../../os.h"

/* For so many processors' worth of time: in parts of 10,000 of what the job could have at most without that limit. */
JOBOBJECT_CPU_RATE_CONTROL_INFORMATION jg_limit_rate(const struct jg_os_job *job, double cpus);

/* Adds any other limit, in os.h's units, to those that the system is to be given. */
void jg_limit_set(JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, enum jg_limit limit, double value);

/* How often limits of a job, and of those around it, were reached, by `enum jg_limit`. */
struct jg_limit_counts {
    LONG reached[JG_LIMIT_COUNT];
};

/* Those of NULL, the run's own job, are 0. */
struct jg_limit_counts jg_limit_counts(const struct jg_os_job *job);

/* Which one was while this process, which has ended like that, was there? */
enum jg_limit jg_limit_reached(const struct jg_os_process *process, const struct jg_os_status *status);

/* In any thread: what the system has to say of the job. */
void jg_limit_message(struct jg_os_job *job, DWORD message);

#endif
