/*
** jobtree.c: jobs inside jobs.
*/
#include "job.h"

struct jg_link *jg_job_nearest_link(const struct jg_os_job *job)
{
    while (job != NULL && job->link == NULL)
        job = job->parent;
    return job != NULL ? job->link : NULL;
}

bool jg_job_frozen(const struct jg_os_job *job)
{
    while (job != NULL && !job->frozen)
        job = job->parent;
    return job != NULL;
}

bool jg_job_isolated(const struct jg_os_job *job)
{
    while (job != NULL && !job->isolate)
        job = job->parent;
    return job != NULL;
}

bool jg_job_within(const struct jg_os_job *job, const struct jg_os_job *outer)
{
    while (job != NULL && job != outer)
        job = job->parent;
    return job == outer;
}

static void release_tree(struct jg_os_job *job)
{
    while (job != NULL) {
        struct jg_os_job *next = job->next;
        jg_job_hold(job);
        release_tree(job->children);
        jg_os_job_release(job);
        jg_job_drop(job);
        job = next;
    }
}

void jg_jobs_release_all(struct jg_os_loop *loop)
{
    release_tree(loop->jobs);
}

static void check_tree(struct jg_os_job *job)
{
    while (job != NULL) {
        struct jg_os_job *next = job->next;
        struct jg_err ignored;
        jg_job_hold(job);
        check_tree(job->children);
        if (job->populated)
            job->ops->terminate(job, &ignored);
        jg_job_check(job);
        jg_job_drop(job);
        job = next;
    }
}

void jg_jobs_check_all(struct jg_os_loop *loop)
{
    check_tree(loop->jobs);
}
