/*
** cgroupself.h: where is our own cgroup?
*/
#ifndef JG_CGROUPSELF_H
#define JG_CGROUPSELF_H

#include <limits.h>
#include <stdbool.h>

/* Its directory in the cgroup 2 tree. False if it isn't to be seen from here. */
bool jg_cgroup_self(char path[PATH_MAX]);

#endif
