/*
** usage.h: what a job has used, by its cgroup or by its processes.
*/
#ifndef JG_USAGE_H
#define JG_USAGE_H

#include "../../os.h"

/* As its cgroup, which it must have, counts it. */
bool jg_usage_of_cgroup(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err);

/* The most memory that the job had at one moment, in bytes; -1: that isn't known. */
int64_t jg_usage_peak(const struct jg_os_job *job);

/* The sum over those that have ended, as their reaper saw it, and those that live, as /proc has it. */
bool jg_usage_of_processes(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err);

#endif
