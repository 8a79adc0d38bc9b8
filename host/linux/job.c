/*
** job.c: jobs, whatever keeps them together, and the tree that they form.
**
** A job is populated from the first spawn in it, or in a job inside it, until it is verified that
** nobody is left, daemons included.
*/
#define _GNU_SOURCE
#include "job.h"

#include <errno.h>
#include <stdlib.h>

#include "cgroup.h"
#include "cgroupplace.h"
#include "cgrouprenew.h"
#include "cgrouprun.h"
#include "link.h"
#include "process.h"
#include "spawn.h"

static void list_in(struct jg_os_job *job, struct jg_os_job **list)
{
    job->next = *list;
    job->self = list;
    if (*list != NULL)
        (*list)->self = &job->next;
    *list = job;
}

static void unlist(struct jg_os_job *job)
{
    *job->self = job->next;
    if (job->next != NULL)
        job->next->self = job->self;
}

static void dispose(struct jg_os_job *job)
{
    if (job->ops != NULL)
        job->ops->dispose(job);
    if (job->parent != NULL) {
        job->parent->user_time += job->user_time;
        job->parent->system_time += job->system_time;
        job->parent->read_bytes += job->read_bytes;
        job->parent->written_bytes += job->written_bytes;
    }
    unlist(job);
    free(job);
}

/* A reaper is needed for numbers of its own, inside of such, and where there are no cgroups. */
static bool equip(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_os_loop *loop = job->loop;
    if (!loop->cgroups_known) {
        loop->cgroups_known = true;
        loop->cgroups = jg_cgroup_place_first();
    }
    if (loop->cgroups != NULL) {
        job->cgroup = jg_cgroup_take(jg_cgroup_around(job), err);
        if (job->cgroup == NULL)
            return false;
    }
    bool reaper = job->cgroup == NULL || job->isolate || jg_job_nearest_link(job->parent) != NULL;
    if (reaper && !jg_link_open(job, err)) {
        if (job->cgroup != NULL)
            jg_cgroup_give(job->cgroup);
        return false;
    }
    job->ops = !reaper ? &jg_cgroup_ops : job->cgroup != NULL ? &jg_combined_ops : &jg_reaper_ops;
    return true;
}

bool jg_os_job_create(struct jg_os_loop *loop, struct jg_os_job *parent, const struct jg_os_job_options *options,
                      jg_os_job_emptied_fn *emptied, void *owner, struct jg_os_job **result, struct jg_err *err)
{
    struct jg_os_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return jg_err_set(err, ENOMEM, "cannot make a job");
    job->loop = loop;
    job->parent = parent;
    job->emptied = emptied;
    job->owner = owner;
    job->isolate = options->isolate;
    job->events.fd = -1;
    list_in(job, parent != NULL ? &parent->children : &loop->jobs);
    if (!equip(job, err)) {
        job->ops = NULL;
        dispose(job);
        return false;
    }
    *result = job;
    return true;
}

const char *jg_os_job_kind(const struct jg_os_job *job)
{
    return job->isolate ? "namespace" : job->cgroup != NULL ? "cgroup" : "reaper";
}

bool jg_os_job_empty(const struct jg_os_job *job)
{
    return !job->populated;
}

void jg_job_count(struct jg_os_job *job, int change)
{
    if (job == NULL)
        return;
    job->live += change;
    for (; change > 0 && job != NULL; job = job->parent)
        job->populated = true;
}

void jg_job_hold(struct jg_os_job *job)
{
    if (job != NULL)
        job->holds++;
}

void jg_job_drop(struct jg_os_job *job)
{
    if (job == NULL)
        return;
    struct jg_os_job *parent = job->parent;
    if (--job->holds > 0 || !job->released || job->populated || job->children != NULL)
        return;
    jg_job_hold(parent);
    dispose(job);
    jg_job_drop(parent);
}

static bool became_empty(struct jg_os_job *job)
{
    if (!job->populated || job->live > 0)
        return false;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        if (child->populated)
            return false;
    return job->ops->vacant(job);
}

void jg_job_check(struct jg_os_job *job)
{
    while (job != NULL && became_empty(job)) {
        struct jg_os_job *parent = job->parent;
        job->populated = false;
        jg_job_hold(parent);
        jg_job_hold(job);
        if (!job->released && !job->loop->closing)
            job->emptied(job->owner);
        jg_job_drop(job);
        jg_job_check(parent);
        jg_job_drop(parent);
        break;
    }
}

/* A cgroup's kill reaches the cgroups inside it, but reapers are asked one by one, the innermost first. */
bool jg_os_job_terminate(struct jg_os_job *job, int code, struct jg_err *err)
{
    bool ok = true;
    (void)code;
    for (struct jg_os_job *child = job->children; child != NULL; child = child->next)
        ok = (!child->populated || jg_os_job_terminate(child, code, err)) && ok;
    return (!job->populated || job->ops->terminate(job, err)) && ok;
}

static bool freeze_all(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    bool ok = job->ops->freeze(job, frozen, err);
    for (struct jg_os_job *child = job->children; child != NULL; child = child->next)
        if (child->frozen == false) /* one that is frozen by itself stays so */
            ok = (child->cgroup != NULL || freeze_all(child, frozen, err)) && ok;
    return ok;
}

bool jg_os_job_freeze(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    if (job->frozen == frozen)
        return true;
    jg_spawn_wait_job(job->loop, job);
    if (frozen)
        jg_links_settle(job);
    bool around = job->parent != NULL && jg_job_frozen(job->parent);
    if ((job->cgroup != NULL || !around) && !freeze_all(job, frozen, err))
        return false;
    job->frozen = frozen;
    return true;
}

void jg_os_job_release(struct jg_os_job *job)
{
    struct jg_err ignored;
    if (job == NULL)
        return;
    jg_job_hold(job);
    job->released = true;
    jg_os_job_terminate(job, JG_KILLED, &ignored);
    jg_job_drop(job);
}

static void abandon(struct jg_os_job *job)
{
    while (job->children != NULL)
        abandon(job->children);
    while (job->processes != NULL)
        jg_process_free(job->processes);
    dispose(job);
}

void jg_jobs_abandon(struct jg_os_loop *loop)
{
    while (loop->jobs != NULL)
        abandon(loop->jobs);
}

void jg_job_close_cgroups(struct jg_os_loop *loop)
{
    jg_cgroup_run_close(loop->cgroups);
}
