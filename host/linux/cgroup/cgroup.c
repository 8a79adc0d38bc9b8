/*
** cgroup.c: one cgroup directory, which holds one job.
**
** Making and removing one costs as much as a spawn, so those that have become empty are kept inside
** their parent and used again.
*/
#define _GNU_SOURCE
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../native.h"
#include "cgroupfile.h"

enum { POOL_SIZE = 64, BUSY_TRIES = 50, NAME_TRIES = 100 };

static void name_of(char name[32], unsigned number)
{
    snprintf(name, 32, "job-%u", number);
}

static void remove_inside(int dir, const char *name, void *argument)
{
    (void)argument;
    jg_cgroup_remove_at(dir, name);
}

bool jg_cgroup_remove_at(int parent, const char *name)
{
    for (int i = 0; i < BUSY_TRIES; i++) {
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            break;
        int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (dir >= 0) {
            if (jg_cgroupfile_number(dir, "cgroup.events", "populated") == 0)
                jg_cgroupfile_inside(dir, remove_inside, NULL);
            close(dir);
        }
        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return false;
}

int jg_cgroup_error(int error)
{
    return error == ENOENT || error == ENODEV ? JG_NATIVE_CGROUP_GONE : error;
}

/* What couldn't be removed may have that name still. */
static bool make_directory(struct jg_cgroup *cgroup, char name[32])
{
    for (int i = 0; i < NAME_TRIES; i++) {
        cgroup->number = jg_orphans_take();
        name_of(name, cgroup->number);
        if (mkdirat(cgroup->parent->dir, name, 0755) == 0)
            return true;
        int error = errno;
        jg_orphans_give(cgroup->number);
        errno = error;
        if (error != EEXIST)
            break;
    }
    return false;
}

static struct jg_cgroup *make(struct jg_cgroup *parent, struct jg_err *err)
{
    char name[32];
    struct jg_cgroup *cgroup = calloc(1, sizeof *cgroup);
    if (cgroup == NULL) {
        jg_err_set(err, ENOMEM, "cannot make a cgroup");
        return NULL;
    }
    cgroup->parent = parent;
    cgroup->dir = cgroup->home = cgroup->events = cgroup->spare = -1;
    if (!make_directory(cgroup, name)) {
        jg_err_set(err, jg_cgroup_error(errno), "cannot make a job");
        free(cgroup);
        return NULL;
    }
    cgroup->base_io = jg_orphans_io(cgroup->number);
    cgroup->dir = openat(parent->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup->dir >= 0)
        cgroup->events = openat(cgroup->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
    if (cgroup->events < 0) {
        jg_err_set(err, errno, "cannot open a cgroup");
        jg_cgroup_free(cgroup);
        unlinkat(parent->dir, name, AT_REMOVEDIR);
        return NULL;
    }
    return cgroup;
}

int jg_cgroup_home(const struct jg_cgroup *cgroup)
{
    return cgroup->home >= 0 ? cgroup->home : cgroup->dir;
}

double jg_cgroup_used(const struct jg_cgroup *cgroup, const char *key)
{
    int64_t number = jg_cgroupfile_number(cgroup->dir, "cpu.stat", key);
    return number > 0 ? (double)number / 1e6 : 0;
}

static struct jg_cgroup *take_pooled(struct jg_cgroup *parent)
{
    struct jg_cgroup *cgroup = parent->pool;
    if (cgroup == NULL)
        return NULL;
    parent->pool = cgroup->next;
    parent->pooled--;
    cgroup->next = NULL;
    return cgroup;
}

struct jg_cgroup *jg_cgroup_take(struct jg_cgroup *parent, struct jg_err *err)
{
    struct jg_cgroup *cgroup;
    while ((cgroup = take_pooled(parent)) != NULL && jg_cgroup_gone(cgroup))
        jg_cgroup_free(cgroup); /* somebody has tidied up */
    if (cgroup == NULL)
        return make(parent, err);
    cgroup->base_user = jg_cgroup_used(cgroup, "user_usec");
    cgroup->base_system = jg_cgroup_used(cgroup, "system_usec");
    cgroup->base_io = jg_orphans_io(cgroup->number);
    return cgroup;
}

void jg_cgroup_clear(struct jg_cgroup *cgroup)
{
    while (cgroup->pool != NULL) {
        struct jg_cgroup *inner = cgroup->pool;
        char name[32];
        cgroup->pool = inner->next;
        name_of(name, inner->number);
        jg_cgroup_free(inner);
        jg_cgroup_remove_at(cgroup->dir, name);
    }
}

void jg_cgroup_free(struct jg_cgroup *cgroup)
{
    jg_cgroup_clear(cgroup);
    if (cgroup->events >= 0)
        close(cgroup->events);
    if (cgroup->home >= 0)
        close(cgroup->home);
    if (cgroup->dir >= 0)
        close(cgroup->dir);
    jg_orphans_give(cgroup->number);
    free(cgroup);
}

static bool unrestrain(struct jg_cgroup *cgroup)
{
    for (const char *const *file = (const char *const[]){"pids.max", "cpu.max", NULL}; *file != NULL; file++)
        if (!jg_cgroupfile_write(cgroup, *file, "max") && errno != ENOENT)
            return false;
    cgroup->restrained = false;
    return true;
}

/*
** Nobody but us has made cgroups inside it, and nothing in it would tell a later job of an earlier one. Its memory
** would: what is in the kernel's caches, or in a file system in memory, stays charged to it, and the peak is for ever.
*/
static bool reusable(struct jg_cgroup *cgroup)
{
    struct stat status;
    struct jg_err ignored;
    if (fstat(cgroup->dir, &status) < 0 || (int)status.st_nlink - 2 != cgroup->pooled)
        return false;
    if (cgroup->limited || cgroup->orphans || faccessat(cgroup->dir, "memory.peak", F_OK, 0) == 0)
        return false;
    if (cgroup->restrained && !unrestrain(cgroup))
        return false;
    return (!cgroup->frozen || jg_cgroup_freeze(cgroup, false, &ignored)) && !jg_cgroup_populated(cgroup) &&
           !jg_cgroup_gone(cgroup);
}

void jg_cgroup_discard(struct jg_cgroup *cgroup)
{
    char name[32];
    int parent = cgroup->parent->dir;
    name_of(name, cgroup->number);
    jg_cgroup_free(cgroup);
    jg_cgroup_remove_at(parent, name);
}

void jg_cgroup_give(struct jg_cgroup *cgroup)
{
    struct jg_cgroup *parent = cgroup->parent;
    if (!cgroup->killed && parent->pooled < POOL_SIZE && reusable(cgroup)) {
        cgroup->next = parent->pool;
        parent->pool = cgroup;
        parent->pooled++;
        return;
    }
    jg_cgroup_discard(cgroup);
}
