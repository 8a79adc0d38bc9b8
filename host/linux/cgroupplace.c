/*
** cgroupplace.c: where a run's cgroups lie.
**
** At first in our own cgroup: what limits and accounts for us holds for our jobs, too. But a cgroup with processes
** in it can't hand controllers down (but the system's outermost one, which can), and ours has at least our own. So
** when a limit is wanted, another place may be needed. Jobs that are in the old one stay there.
*/
#define _GNU_SOURCE
#include "cgroupplace.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfile.h"
#include "cgroupscope.h"
#include "cgroupself.h"
#include "linux.h"
#include "loop.h"

enum { FIRST, LIMITED, MOVES = 100 }; /* below JG_CGROUPS */

struct jg_cgroup_run *jg_cgroup_place_first(void)
{
    char path[PATH_MAX];
    return jg_cgroup_of(getpid(), path) ? jg_cgroup_run_open(path, FIRST) : NULL;
}

static bool use(struct jg_os_loop *loop, struct jg_cgroup_run *run)
{
    if (run == NULL)
        return false;
    jg_cgroup_run_replace(run, loop->cgroups);
    loop->cgroups = run;
    loop->cgroups_moved = true;
    return true;
}

static bool has(struct jg_cgroup_run *run, enum jg_controller controller)
{
    struct jg_err ignored;
    return jg_cgroup_control(jg_cgroup_run_root(run), controller, &ignored);
}

static bool try_top(struct jg_os_loop *loop, enum jg_controller controller)
{
    char path[PATH_MAX];
    struct jg_cgroup_run *run = jg_cgroup_top(path) ? jg_cgroup_run_open(path, LIMITED) : NULL;
    if (run != NULL && !has(run, controller)) {
        jg_cgroup_run_close(run);
        return false;
    }
    return use(loop, run);
}

/* In the run's pid namespace it is whom we see; else this process and init, whom job reapers come from. */
static bool list_ourselves(struct jg_pids *pids)
{
    char path[PATH_MAX];
    if (jg_os_guarantee()->level == JG_LEVEL_REAPER)
        return jg_pids_add(pids, getpid()) && jg_pids_add(pids, getppid());
    int dir = jg_cgroup_of(getpid(), path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool ok = dir >= 0 && jg_cgroupfile_pids(dir, pids);
    if (dir >= 0)
        close(dir);
    return ok;
}

/* From a cgroup to one inside it, so that others inside it can have controllers. Who forks meanwhile leaves a child
** behind, which is moved the next time. */
static bool make_room(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = dir >= 0 && mkdirat(dir, "harness", 0755) == 0;
    int leaf = ok ? openat(dir, "harness", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    struct jg_pids pids = {0};
    for (int i = 0; leaf >= 0 && i < MOVES && jg_cgroupfile_pids(dir, &pids) && pids.count > 0; i++) {
        jg_cgroupfile_move(&pids, leaf);
        jg_pids_free(&pids);
    }
    jg_pids_free(&pids);
    if (leaf >= 0)
        close(leaf);
    if (dir >= 0)
        close(dir);
    return leaf >= 0;
}

static bool try_scope(struct jg_os_loop *loop, enum jg_controller controller)
{
    char path[PATH_MAX];
    struct jg_pids ourselves = {0};
    bool ok = list_ourselves(&ourselves) && jg_cgroup_scope(&ourselves, path) && make_room(path) &&
              use(loop, jg_cgroup_run_open(path, LIMITED)) && has(loop->cgroups, controller);
    jg_pids_free(&ourselves);
    return ok;
}

/* Where systemd is, the outermost cgroup is its own. It is asked once. */
bool jg_cgroup_place_for(struct jg_os_loop *loop, enum jg_controller controller)
{
    if (loop->cgroups_moved)
        return false;
    if (!jg_cgroup_is_systemds())
        return try_top(loop, controller);
    loop->cgroups_moved = true;
    return try_scope(loop, controller);
}
