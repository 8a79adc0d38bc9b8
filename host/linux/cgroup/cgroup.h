/*
** cgroup.h: one cgroup directory.
*/
#ifndef JG_CGROUP_H
#define JG_CGROUP_H

#include <stdbool.h>

#include "../../os.h"
#include "../procfs/orphans.h"
#include "../procfs/pids.h"

struct jg_cgroup {
    struct jg_cgroup *parent;
    struct jg_cgroup *next; /* in the parent's pool */
    struct jg_cgroup *pool; /* empty ones inside this, to be used again */
    int pooled;
    unsigned number; /* its name is "job-" and this */
    int dir;
    int home;   /* a cgroup inside it for its own processes, once others inside it have controllers; else -1 */
    int events; /* its cgroup.events */
    int spare;  /* in the outermost: a descriptor kept for when there are no others */
    bool frozen;
    bool limited;                  /* in its memory: no later job is to have it */
    bool restrained;               /* in its processes or processors, until it is used again */
    bool killed;                   /* it must not be started in again; see cgrouprenew.c */
    bool orphans;                  /* some who were in it are init's to reap, which may be later */
    double base_user, base_system; /* what its processes had used before this job had it */
    struct jg_orphans_io base_io;  /* the same, of init's */
};

/* An empty cgroup inside `parent`, new or from its pool; for jg_cgroup_give. NULL with `err` filled. */
struct jg_cgroup *jg_cgroup_take(struct jg_cgroup *parent, struct jg_err *err);

/* An errno as it is, but those that mean that the directory has been removed as JG_NATIVE_CGROUP_GONE. */
int jg_cgroup_error(int error);

/* What cpu.stat says behind `key`, in seconds; 0 if it doesn't. */
double jg_cgroup_used(const struct jg_cgroup *cgroup, const char *key);

/* Gives one back, which is empty: to the pool, or to the system. */
void jg_cgroup_give(struct jg_cgroup *cgroup);

/* Removes one that is empty, and frees the structure. */
void jg_cgroup_discard(struct jg_cgroup *cgroup);

/* Empties its pool. */
void jg_cgroup_clear(struct jg_cgroup *cgroup);

/* The same, and frees the structure; the directory itself stays. */
void jg_cgroup_free(struct jg_cgroup *cgroup);

/* The directory that its processes are to be born in; the descriptor stays the cgroup's. */
int jg_cgroup_home(const struct jg_cgroup *cgroup);

/* Has somebody removed the directory? Then nobody is in it. */
bool jg_cgroup_gone(const struct jg_cgroup *cgroup);

/* Is any process in it, or in a cgroup inside it? */
bool jg_cgroup_populated(const struct jg_cgroup *cgroup);

/* Kills all in it and in those inside it. It isn't used again, even if that has failed. */
bool jg_cgroup_kill(struct jg_cgroup *cgroup, struct jg_err *err);

/* Freezes or thaws the same. Waits until all are frozen, for two seconds at the most; if that has failed they may be
** all the same, or will be: thaw them. */
bool jg_cgroup_freeze(struct jg_cgroup *cgroup, bool frozen, struct jg_err *err);

/* Adds the pids in it as we see them. Other jobs' cgroups inside it are left out unless `all`. False with
** errno if some may be missing. */
bool jg_cgroup_pids(const struct jg_cgroup *cgroup, bool all, struct jg_pids *pids);

/* Removes the run's cgroups, with all cgroups inside them, as far as nobody is in them. For who is outside of the run:
** the harness has left their paths in the memory that it shares with the guard. */
void jg_cgroup_remove_published(void);

/* Removes the cgroup `name` in `dir` with all cgroups inside it, if they are empty. True: it isn't there any more. */
bool jg_cgroup_remove_at(int dir, const char *name);

#endif
