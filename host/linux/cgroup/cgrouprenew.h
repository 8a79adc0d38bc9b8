/*
** cgrouprenew.h: a new cgroup for a job whose old one was killed, or is in the wrong place.
*/
#ifndef JG_CGROUPRENEW_H
#define JG_CGROUPRENEW_H

#include "../../os.h"

/* The cgroup that the job's own lies in. */
struct jg_cgroup *jg_cgroup_around(const struct jg_os_job *job);

/* Before a spawn: sees to it that the job's cgroup, if it has one, can be started in. Waits until it is empty if it was
** killed, for two seconds at the most: then it fails. NULL is fine. */
bool jg_cgroup_renew(struct jg_os_job *job, struct jg_err *err);

/* A new one, where they are made now, for a job, for those around it and for those inside them. INVALID: somebody is
** in one of them. */
bool jg_cgroup_move(struct jg_os_job *job, struct jg_err *err);

#endif
