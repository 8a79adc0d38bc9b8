/*
** job.c: jobs, whatever keeps them together.
*/
#define _GNU_SOURCE
#include "job.h"

#include <errno.h>
#include <stdlib.h>

#include "../cgroup/cgroup.h"
#include "../cgroup/cgroupplace.h"
#include "../cgroup/cgrouprenew.h"
#include "../cgroup/cgrouprun.h"
#include "../process/process.h"
#include "../process/spawn.h"
#include "../reaper/link.h"

struct jg_link *jg_job_nearest_link(const struct jg_os_job *job)
{
    while (job != NULL && job->link == NULL)
        job = job->parent;
    return job != NULL ? job->link : NULL;
}

bool jg_job_isolated(const struct jg_os_job *job)
{
    while (job != NULL && !job->isolate)
        job = job->parent;
    return job != NULL;
}

void jg_job_dispose(struct jg_os_job *job)
{
    job->ops->dispose(job);
    if (job->parent != NULL) {
        job->parent->user_time += job->user_time;
        job->parent->system_time += job->system_time;
        job->parent->read_bytes += job->read_bytes;
        job->parent->written_bytes += job->written_bytes;
    }
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
    if (!equip(job, err)) {
        free(job);
        return false;
    }
    jg_job_list(job);
    *result = job;
    return true;
}

const char *jg_os_job_kind(const struct jg_os_job *job)
{
    return job->isolate ? "namespace" : job->cgroup != NULL ? "cgroup" : "reaper";
}

/* A cgroup's kill reaches the cgroups inside it, but reapers are asked one by one. */
bool jg_job_kill(struct jg_os_job *job, uint32_t code, struct jg_err *err)
{
    (void)code;
    return job->ops->terminate(job, err);
}

bool jg_job_vacant(struct jg_os_job *job)
{
    if (job->ops->vacant(job))
        return true;
    jg_loop_look_again(job->loop); /* whoever tells of it may be lost */
    return false;
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
    struct jg_err ignored;
    if (job->frozen == frozen)
        return true;
    jg_spawn_wait_job(job->loop, job);
    if (frozen)
        jg_links_settle(job);
    bool around = job->parent != NULL && jg_job_frozen(job->parent);
    if ((job->cgroup != NULL || !around) && !freeze_all(job, frozen, err)) {
        if (frozen)
            freeze_all(job, false, &ignored); /* or half of it would be frozen, and nobody would know which */
        return false;
    }
    job->frozen = frozen;
    return true;
}

static void abandon(struct jg_os_job *job)
{
    while (job->children != NULL)
        abandon(job->children);
    while (job->processes != NULL)
        jg_process_free(job->processes);
    jg_job_unlist(job);
    jg_job_dispose(job);
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
