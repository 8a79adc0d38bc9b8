/*
** cgrouprenew.c: a new cgroup for a job whose old one was killed, or is in the wrong place.
**
** cgroup.kill counts itself in the cgroup and in all inside it, and a clone compares the count before
** and after to catch who forks at that moment. For CLONE_INTO_CGROUP the kernel (seen in 6.18) takes
** the first count from the wrong one, the parent's cgroup: whoever is born into a cgroup that was ever
** killed dies at once. So those aren't used again, neither by a later job nor by the same.
*/
#define _GNU_SOURCE
#include "cgrouprenew.h"

#include <errno.h>
#include <time.h>

#include "../job/job.h"
#include "../job/usage.h"
#include "../native.h"
#include "../reaper/link.h"
#include "cgroup.h"
#include "cgrouplimit.h"
#include "cgrouprun.h"

enum { PATIENCE_MS = 2000 };

struct jg_cgroup *jg_cgroup_around(const struct jg_os_job *job)
{
    struct jg_os_loop *loop = job->loop;
    for (job = job->parent; job != NULL; job = job->parent)
        if (job->cgroup != NULL)
            return job->cgroup;
    return jg_cgroup_run_root(loop->cgroups);
}

/* What the job has used stays its own. */
static void inherit(struct jg_cgroup *fresh, struct jg_os_job *job)
{
    job->peak_memory = jg_usage_peak(job);
    const struct jg_cgroup *old = job->cgroup;
    fresh->base_user -= old != NULL ? jg_cgroup_used(old, "user_usec") - old->base_user : job->user_time;
    fresh->base_system -= old != NULL ? jg_cgroup_used(old, "system_usec") - old->base_system : job->system_time;
    if (old == NULL)
        return;
    jg_orphans_await();
    struct jg_orphans_io io = jg_orphans_io(old->number);
    fresh->base_io.read_bytes -= io.read_bytes - old->base_io.read_bytes;
    fresh->base_io.written_bytes -= io.written_bytes - old->base_io.written_bytes;
}

static bool replace(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_cgroup *old = job->cgroup, *fresh = jg_cgroup_take(jg_cgroup_around(job), err);
    if (fresh == NULL)
        return false;
    if (job->frozen && !jg_cgroup_freeze(fresh, true, err)) {
        jg_cgroup_give(fresh);
        return false;
    }
    inherit(fresh, job);
    job->cgroup = fresh;
    if (job->link != NULL)
        job->ops = &jg_combined_ops; /* it may have been without a cgroup */
    bool ok = jg_limit_again(job, err);
    for (struct jg_os_job *child = job->children; ok && child != NULL; child = child->next)
        ok = replace(child, err);
    if (ok && old != NULL) /* else somebody is still in it: it goes with the run */
        jg_cgroup_discard(old);
    return ok;
}

bool jg_cgroup_renew(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_os_job *top = NULL;
    for (; job != NULL && job->cgroup != NULL; job = job->parent)
        if (job->cgroup->killed || (job->parent != NULL && job->cgroup->parent != jg_cgroup_around(job)))
            top = job;
    if (top == NULL)
        return true;
    jg_links_settle(top);
    for (int i = 0; jg_cgroup_populated(top->cgroup); i++) {
        if (i == PATIENCE_MS)
            return jg_err_set(err, EBUSY, "the job is being ended");
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return replace(top, err);
}

bool jg_cgroup_move(struct jg_os_job *job, struct jg_err *err)
{
    while (job->parent != NULL)
        job = job->parent;
    return job->populated ? jg_err_set(err, JG_NATIVE_LATE, "cannot limit") : replace(job, err);
}
