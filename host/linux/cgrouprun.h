/*
** cgrouprun.h: the directory that holds all cgroups of a run.
*/
#ifndef JG_CGROUPRUN_H
#define JG_CGROUPRUN_H

#include "cgroup.h"

struct jg_cgroup_run;

/* Makes it, if this system lets us make cgroups and start processes in them; else NULL. */
struct jg_cgroup_run *jg_cgroup_run_open(void);

/* In it are the outermost jobs. */
struct jg_cgroup *jg_cgroup_run_root(struct jg_cgroup_run *run);

/* Removes it. NULL is fine. */
void jg_cgroup_run_close(struct jg_cgroup_run *run);

#endif
