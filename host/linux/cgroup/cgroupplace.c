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

#include "../linux.h"
#include "../loop/loop.h"
#include "../procfs/proctree.h"
#include "../reaper/link.h"
#include "../start/retreat.h"
#include "cgroupfile.h"
#include "cgroupname.h"
#include "cgroupscope.h"
#include "cgroupself.h"

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

/*
** Who may start something in a job: from outside of what is delegated nobody can start a process inside. In the run's
** pid namespace it is whom we see; else this process, init, whom job reapers come from, and those there are already.
*/
static bool list_ourselves(const struct jg_os_loop *loop, struct jg_pids *pids)
{
    char path[PATH_MAX];
    if (jg_os_guarantee()->level == JG_LEVEL_REAPER)
        return jg_pids_add(pids, getpid()) && jg_pids_add(pids, getppid()) && jg_link_reapers(loop->jobs, pids) &&
               jg_link_pool_reapers(&loop->reapers, pids);
    int dir = jg_cgroup_of(getpid(), path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool ok = dir >= 0 && jg_cgroupfile_pids(dir, pids);
    if (dir >= 0)
        close(dir);
    return ok;
}

/* From a cgroup to one inside it, so that others inside it can have controllers. Who forks meanwhile leaves a child
** behind, which is moved the next time. */
static void move_all(int from, int to)
{
    struct jg_pids pids = {0};
    for (int i = 0; i < MOVES && jg_cgroupfile_pids(from, &pids) && pids.count > 0; i++) {
        jg_cgroupfile_move(&pids, to);
        jg_pids_free(&pids);
    }
    jg_pids_free(&pids);
}

static bool make_room(const char *path, const char *leaf)
{
    int from = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to = mkdir(leaf, 0755) == 0 ? open(leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool ok = from >= 0 && to >= 0;
    if (ok)
        move_all(from, to);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return ok;
}

/* The guard, and whoever descends from it. */
static bool are_ours(const struct jg_pids *pids)
{
    struct jg_pids ours = {0};
    bool ok =
        jg_pids_add(&ours, jg_linux.guard_host_pid) && jg_proctree_descendants(jg_linux.guard_host_pid, NULL, &ours);
    for (size_t i = 0; ok && i < pids->count; i++)
        ok = jg_pids_has(&ours, pids->at[i]);
    jg_pids_free(&ours);
    return ok;
}

/* From a namespace the guard isn't to be seen, and whom we see is the run's. Where there is none, it is told by who
** descends from whom. */
static bool all_are_ours(int dir)
{
    struct jg_pids pids = {0};
    if (jg_os_guarantee()->level != JG_LEVEL_REAPER)
        return jg_cgroupfile_unseen(dir) == 1;
    bool ok = jg_cgroupfile_unseen(dir) == 0 && jg_cgroupfile_pids(dir, &pids) && are_ours(&pids);
    jg_pids_free(&pids);
    return ok;
}

/* Is the cgroup the run's alone, as when jghost was started in one of its own? */
static bool is_ours_alone(const char *path, enum jg_controller controller)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok =
        dir >= 0 && jg_cgroupfile_has(dir, "cgroup.controllers", jg_controller_name(controller)) && all_are_ours(dir);
    if (dir >= 0)
        close(dir);
    return ok;
}

/* Then guard, init and harness move into a cgroup inside it, and jobs stay where they are. */
static bool try_leaf(struct jg_os_loop *loop, enum jg_controller controller)
{
    char path[PATH_MAX], leaf[PATH_MAX], itself[JG_CGROUPNAME];
    jg_cgroupname_of_itself(itself, jg_linux.guard_host_pid);
    if (loop->cgroups == NULL || !jg_cgroup_of(getpid(), path) || !is_ours_alone(path, controller) ||
        snprintf(leaf, sizeof leaf, "%s/%s", path, itself) >= (int)sizeof leaf || !make_room(path, leaf))
        return false;
    loop->cgroups_moved = true;
    return jg_retreat_ask(jg_linux.guard_socket, leaf) && has(loop->cgroups, controller);
}

static bool try_scope(struct jg_os_loop *loop, enum jg_controller controller)
{
    char path[PATH_MAX], leaf[PATH_MAX + sizeof "/harness"];
    struct jg_pids ourselves = {0};
    loop->cgroups_moved = true; /* it is asked once */
    bool ok = list_ourselves(loop, &ourselves) && jg_cgroup_scope(&ourselves, path);
    jg_pids_free(&ourselves);
    if (!ok)
        return false;
    snprintf(leaf, sizeof leaf, "%s/harness", path);
    return make_room(path, leaf) && use(loop, jg_cgroup_run_open(path, LIMITED)) && has(loop->cgroups, controller);
}

/* Where systemd is, the tree is its own, and root may write to what isn't delegated to it. */
bool jg_cgroup_place_for(struct jg_os_loop *loop, enum jg_controller controller)
{
    if (loop->cgroups_moved)
        return false;
    bool systemd = jg_cgroup_is_systemds(), manager = systemd && jg_cgroup_has_manager();
    if ((!manager || geteuid() != 0) && try_leaf(loop, controller))
        return true;
    if (loop->cgroups_moved)
        return false;
    return systemd ? manager && try_scope(loop, controller) : try_top(loop, controller);
}
