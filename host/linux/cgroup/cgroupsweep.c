/*
** cgroupsweep.c: what dead runs have left of their cgroups.
**
** Whoever can be asked when a guard was killed has been killed with it, so it is the next run that tidies up.
*/
#define _GNU_SOURCE
#include "cgroupsweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cgroup.h"
#include "cgroupfile.h"
#include "cgroupname.h"
#include "cgroupself.h"

/* We have none yet: what has our own number is of one who had it before. */
static bool lives(pid_t guard)
{
    return guard != getpid() && (kill(guard, 0) == 0 || errno == EPERM);
}

/* The number may mean another process in another pid namespace; but the jobs' directory is locked while its run lasts,
** and in the run's own there is somebody. */
static void remove_dead(int outer, const char *name)
{
    pid_t guard = jg_cgroupname_guard(name);
    if (guard == 0 || lives(guard))
        return;
    int dir = openat(outer, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return;
    if (flock(dir, LOCK_EX | LOCK_NB) == 0 && jg_cgroupfile_number(dir, "cgroup.events", "populated") == 0)
        jg_cgroup_remove_at(outer, name);
    close(dir);
}

static void sweep(const char *path)
{
    DIR *list = opendir(path);
    if (list == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (entry->d_type == DT_DIR)
            remove_dead(dirfd(list), entry->d_name);
    closedir(list);
}

void jg_cgroup_sweep(void)
{
    char own[PATH_MAX] = "", top[PATH_MAX] = "";
    if (jg_cgroup_of(getpid(), own))
        sweep(own);
    if (geteuid() == 0 && jg_cgroup_top(top) && strcmp(top, own) != 0)
        sweep(top);
}
