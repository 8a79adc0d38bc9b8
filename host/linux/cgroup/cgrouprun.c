/*
** cgrouprun.c: the directory that holds all cgroups of a run.
**
** It lies in the harness's own cgroup and is locked while the run lasts: a directory of that kind
** which anybody can lock belongs to a run that is dead, and is swept away by a later one.
*/
#define _GNU_SOURCE
#include "cgrouprun.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../linux.h"
#include "../loop/loop.h"
#include "../native.h"
#include "../process/clone.h"
#include "../raw.h"
#include "cgroupname.h"

enum { TRIES = 8 };

struct jg_cgroup_run {
    struct jg_cgroup root; /* its descriptor holds the lock */
    struct jg_cgroup_run *older;
    int number; /* of those that the guard knows of */
    int outer;  /* the directory that it is in */
    char name[JG_CGROUPNAME];
};

static bool is_cgroup2(int dir)
{
    struct statfs system;
    return fstatfs(dir, &system) == 0 && system.f_type == CGROUP2_SUPER_MAGIC;
}

/* Where the guard looks when all is over. It may be any moment, so that half a path must not be there. */
static void publish(const struct jg_cgroup_run *run, const char *path)
{
    char *shared = jg_linux.shared->cgroup[run->number];
    __atomic_store_n(&shared[0], '\0', __ATOMIC_SEQ_CST);
    if (path[0] == '\0')
        return;
    strcpy(shared + 1, path + 1);
    __atomic_store_n(&shared[0], path[0], __ATOMIC_SEQ_CST);
}

/* Between the making and the locking a sweep may have removed it. */
static bool make_and_lock(struct jg_cgroup_run *run)
{
    struct stat named, locked;
    if (mkdirat(run->outer, run->name, 0755) < 0)
        return false;
    run->root.dir = openat(run->outer, run->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->root.dir >= 0 && flock(run->root.dir, LOCK_EX | LOCK_NB) == 0 &&
        fstatat(run->outer, run->name, &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(run->root.dir, &locked) == 0 &&
        named.st_ino == locked.st_ino)
        return true;
    if (run->root.dir >= 0)
        close(run->root.dir);
    run->root.dir = -1;
    return false;
}

static bool make(struct jg_cgroup_run *run, const char *outer)
{
    char path[PATH_MAX];
    for (int i = 0; i < TRIES; i++) {
        unsigned unique = 0;
        if (getrandom(&unique, sizeof unique, 0) < 0)
            unique = (unsigned)getpid() + (unsigned)i;
        jg_cgroupname_of_jobs(run->name, jg_linux.guard_host_pid, unique);
        int length = snprintf(path, sizeof path, "%s/%s", outer, run->name);
        if (length >= (int)sizeof jg_linux.shared->cgroup[0])
            return false;
        publish(run, path);
        if (make_and_lock(run))
            return true;
        publish(run, "");
    }
    return false;
}

JG_BARE static void leave(void *argument)
{
    (void)argument;
    for (;;)
        jg_raw(SYS_exit_group, 0, 0, 0, 0);
}

/*
** Is a process born there, and does it live? It doesn't if our own cgroup was ever killed: see
** cgrouprenew.c. This one says nothing of its end to anybody (exit_signal 0), so no waitpid(-1) gets it.
*/
static bool try_to_live(int dir)
{
    _Alignas(16) char stack[4096];
    struct jg_clone clone = {.run = leave};
    clone.args.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
    clone.args.stack = (uintptr_t)stack;
    clone.args.stack_size = sizeof stack;
    clone.args.cgroup = (unsigned)dir;
    long pid = jg_clone3(&clone);
    int status = -1;
    while (pid > 0 && waitpid((pid_t)pid, &status, __WALL) < 0 && errno == EINTR)
        continue;
    return pid > 0 && status == 0;
}

struct jg_cgroup_run *jg_cgroup_run_open(const char *outer, int number)
{
    struct jg_cgroup_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return NULL;
    run->number = number;
    run->root.dir = run->root.home = run->root.events = run->root.spare = -1;
    run->outer = open(outer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Who can write our own cgroup.procs may start processes in cgroups below. */
    if (run->outer < 0 || !is_cgroup2(run->outer) || faccessat(run->outer, "cgroup.procs", W_OK, AT_EACCESS) < 0 ||
        !make(run, outer)) {
        if (run->outer >= 0)
            close(run->outer);
        free(run);
        return NULL;
    }
    run->root.spare = fcntl(run->outer, F_DUPFD_CLOEXEC, 0);
    if (!try_to_live(run->root.dir)) {
        jg_cgroup_run_close(run);
        return NULL;
    }
    return run;
}

bool jg_cgroup_run_control(struct jg_cgroup *root, enum jg_controller controller, struct jg_err *err)
{
    struct jg_cgroup_run *run = JG_CONTAINER(root, struct jg_cgroup_run, root);
    if (jg_controller_enable(run->outer, controller))
        return true;
    bool cannot = errno == EBUSY || errno == ENOENT || errno == EACCES || errno == EPERM || errno == EROFS;
    return jg_err_set(err, cannot ? JG_NATIVE_NO_CONTROLLER : errno, "cannot limit");
}

struct jg_cgroup *jg_cgroup_run_root(struct jg_cgroup_run *run)
{
    return &run->root;
}

void jg_cgroup_run_replace(struct jg_cgroup_run *run, struct jg_cgroup_run *older)
{
    run->older = older;
}

void jg_cgroup_run_close(struct jg_cgroup_run *run)
{
    if (run == NULL)
        return;
    jg_cgroup_clear(&run->root);
    if (jg_cgroup_remove_at(run->outer, run->name)) /* else the guard does it, when nobody is left in it */
        publish(run, "");
    if (run->root.spare >= 0)
        close(run->root.spare);
    close(run->root.dir);
    close(run->outer);
    jg_cgroup_run_close(run->older);
    free(run);
}

static void remove_by_path(const char *path)
{
    const char *name = strrchr(path, '/');
    if (path[0] != '/' || name == path || jg_cgroupname_guard(name + 1) == 0)
        return;
    char *outer = strndup(path, (size_t)(name - path));
    int dir = outer != NULL ? open(outer, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir >= 0) {
        if (is_cgroup2(dir))
            jg_cgroup_remove_at(dir, name + 1);
        close(dir);
    }
    free(outer);
}

void jg_cgroup_remove_published(void)
{
    for (int i = 0; i < JG_CGROUPS; i++)
        if (jg_linux.shared->cgroup[i][0] != '\0')
            remove_by_path(jg_linux.shared->cgroup[i]);
}
