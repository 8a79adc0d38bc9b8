/*
** cgroupscope.h: a cgroup of our own from systemd.
*/
#ifndef JG_CGROUPSCOPE_H
#define JG_CGROUPSCOPE_H

#include <limits.h>
#include <stdbool.h>

#include "../procfs/pids.h"

/* Is systemd there, whose the cgroup tree is then? */
bool jg_cgroup_is_systemds(void);

/* And is it one that we can ask? */
bool jg_cgroup_has_manager(void);

/*
** Asks systemd (the user's own manager, or the system's if we are root) for a delegated scope with these processes in
** it, by their pids as we see them; this one must be among them. `path` is its directory then. Waits for it, for some
** seconds at the most. False: it refuses, and nothing has changed, or it takes longer.
*/
bool jg_cgroup_scope(const struct jg_pids *pids, char path[PATH_MAX]);

#endif
