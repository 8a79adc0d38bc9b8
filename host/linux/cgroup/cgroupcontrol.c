/*
** cgroupcontrol.c: controllers of cgroups, without which there are no limits.
**
** A cgroup has those controllers that its parent lets its children have; and a parent which does that may not have
** processes itself (cgroups(7), "no internal processes"). So when a job inside another is to have a limit, the
** outer one's own processes move to a cgroup beside it, its home, and are born there from then on.
*/
#define _GNU_SOURCE
#include "cgroupcontrol.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroupfile.h"
#include "cgrouprun.h"

enum { MOVES = 100 }; /* until nobody has forked meanwhile */

static const struct {
    const char *name, *enable;
} controllers[] = {
    [JG_CONTROLLER_MEMORY] = {"memory", "+memory"},
    [JG_CONTROLLER_PIDS] = {"pids", "+pids"},
    [JG_CONTROLLER_CPU] = {"cpu", "+cpu"},
};

const char *jg_controller_name(enum jg_controller controller)
{
    return controllers[controller].name;
}

/* Only the system's outermost cgroup, which has no type, may have both processes and children with controllers. */
static bool may_hand_down(int dir)
{
    char any;
    if (faccessat(dir, "cgroup.type", F_OK, 0) == -1)
        return true;
    int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    bool vacant = fd >= 0 && read(fd, &any, 1) == 0;
    if (fd >= 0)
        close(fd);
    return vacant;
}

/*
** The kernel doesn't refuse all controllers to a cgroup with processes: with "pids" or "cpu" it becomes the root of a
** threaded tree instead, and nothing can be born in what is inside it any more. So it is asked first.
*/
bool jg_controller_enable(int dir, enum jg_controller controller)
{
    const char *text = controllers[controller].enable;
    if (!may_hand_down(dir)) {
        errno = EBUSY;
        return false;
    }
    int fd = openat(dir, "cgroup.subtree_control", O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) >= 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return ok;
}

static bool make_home(struct jg_cgroup *cgroup)
{
    if (cgroup->home >= 0)
        return true;
    if (mkdirat(cgroup->dir, "home", 0755) < 0 && errno != EEXIST)
        return false;
    cgroup->home = openat(cgroup->dir, "home", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return cgroup->home >= 0;
}

static bool move_home(struct jg_cgroup *cgroup)
{
    struct jg_pids pids = {0};
    bool ok = jg_cgroupfile_pids(cgroup->dir, &pids);
    if (ok)
        jg_cgroupfile_move(&pids, cgroup->home);
    jg_pids_free(&pids);
    return ok;
}

/* Who forks while being moved leaves a child behind, which is moved the next time. */
static bool let_children_have(struct jg_cgroup *cgroup, enum jg_controller controller)
{
    if (jg_controller_enable(cgroup->dir, controller))
        return true;
    for (int i = 0; i < MOVES && errno == EBUSY && make_home(cgroup) && move_home(cgroup); i++)
        if (jg_controller_enable(cgroup->dir, controller))
            return true;
    return false;
}

bool jg_cgroup_control(struct jg_cgroup *cgroup, enum jg_controller controller, struct jg_err *err)
{
    struct jg_cgroup *parent = cgroup->parent;
    if (jg_cgroupfile_has(cgroup->dir, "cgroup.controllers", jg_controller_name(controller)))
        return true;
    if (parent == NULL)
        return jg_cgroup_run_control(cgroup, controller, err);
    if (!jg_cgroup_control(parent, controller, err))
        return false;
    if (parent->parent != NULL && !make_home(parent))
        return jg_err_set(err, errno, "cannot limit");
    return let_children_have(parent, controller) || jg_err_set(err, errno, "cannot limit");
}
