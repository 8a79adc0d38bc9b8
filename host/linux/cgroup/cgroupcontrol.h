/*
** cgroupcontrol.h: controllers of cgroups, without which there are no limits.
*/
#ifndef JG_CGROUPCONTROL_H
#define JG_CGROUPCONTROL_H

#include "cgroup.h"

enum jg_controller { JG_CONTROLLER_MEMORY, JG_CONTROLLER_PIDS, JG_CONTROLLER_CPU, JG_CONTROLLERS };

/* As the kernel names it. Static text. */
const char *jg_controller_name(enum jg_controller controller);

/* Sees to it that the cgroup has the controller, so that it can be limited by it. NOT_SUPPORTED: there is none here,
** or it can't be had; cgroupwhy.h tells which. */
bool jg_cgroup_control(struct jg_cgroup *cgroup, enum jg_controller controller, struct jg_err *err);

/* Allows the cgroups inside a directory to have it. False: errno says why. */
bool jg_controller_enable(int dir, enum jg_controller controller);

#endif
