/*
** kin.h: a job's processes and who descends from them, by /proc: for a job whose cgroup can't be asked.
*/
#ifndef JG_KIN_H
#define JG_KIN_H

#include "job.h"

/* Adds the pids, as we see them, of those that we started in the job and of all who descend from them. False with errno
** if some may be missing. */
bool jg_kin_list(const struct jg_os_job *job, struct jg_pids *pids);

/* Kills them. 0, or the errno with which it was refused for one or more. */
int jg_kin_kill(const struct jg_os_job *job);

#endif
