/*
** cgroupplace.h: where a run's cgroups lie.
*/
#ifndef JG_CGROUPPLACE_H
#define JG_CGROUPPLACE_H

#include "cgroupcontrol.h"
#include "cgrouprun.h"

/* In the cgroup that we are in; for jg_cgroup_run_close. NULL: there are none to be had. */
struct jg_cgroup_run *jg_cgroup_place_first(void);

/* They can't have the controller where they are: from now on they are made where they can. False: nowhere. */
bool jg_cgroup_place_for(struct jg_os_loop *loop, enum jg_controller controller);

#endif
