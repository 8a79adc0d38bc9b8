/*
** cgrouprenew.h: a new cgroup for a job whose old one was killed.
*/
#ifndef JG_CGROUPRENEW_H
#define JG_CGROUPRENEW_H

#include "../os.h"

/* Before a spawn: sees to it that the job's cgroup, if it has one, can be started in. */
bool jg_cgroup_renew(struct jg_os_job *job, struct jg_err *err);

#endif
