/*
** cgroupself.h: where are we in the tree of cgroups?
*/
#ifndef JG_CGROUPSELF_H
#define JG_CGROUPSELF_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The directory of the cgroup 2 that a process is in. False if it isn't to be seen from here, or has ended. */
bool jg_cgroup_of(pid_t pid, char path[PATH_MAX]);

/* That of the whole system's outermost cgroup. False if it isn't to be seen from here. */
bool jg_cgroup_top(char path[PATH_MAX]);

#endif
