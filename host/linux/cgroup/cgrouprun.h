/*
** cgrouprun.h: the directory that holds all cgroups of a run.
*/
#ifndef JG_CGROUPRUN_H
#define JG_CGROUPRUN_H

#include "cgroup.h"
#include "cgroupcontrol.h"

struct jg_cgroup_run;

/* Makes it in the directory `outer`, if this system lets us make cgroups there and start processes in them; else
** NULL. `number`, below JG_CGROUPS: which of this run's it is. */
struct jg_cgroup_run *jg_cgroup_run_open(const char *outer, int number);

/* It takes the older one's place. There may be jobs in that still: it will be closed together with this one. */
void jg_cgroup_run_replace(struct jg_cgroup_run *run, struct jg_cgroup_run *older);

/* Lets the cgroups in it have a controller. NOT_SUPPORTED: that can't be. */
bool jg_cgroup_run_control(struct jg_cgroup *root, enum jg_controller controller, struct jg_err *err);

/* In it are the outermost jobs. It is the run's. */
struct jg_cgroup *jg_cgroup_run_root(struct jg_cgroup_run *run);

/* Removes it, if nobody is in it, and all that it has replaced; frees it. NULL is fine. */
void jg_cgroup_run_close(struct jg_cgroup_run *run);

#endif
