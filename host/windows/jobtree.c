/*
** jobtree.c: jobs inside jobs.
*/
#include "job.h"

bool jg_job_frozen(const struct jg_os_job *job)
{
    while (job != NULL && !job->frozen)
        job = job->parent;
    return job != NULL;
}

size_t jg_job_depth(const struct jg_os_job *job)
{
    size_t depth = 0;
    for (; job != NULL; job = job->parent)
        depth++;
    return depth;
}

void jg_job_chain(const struct jg_os_job *job, HANDLE *handles)
{
    for (size_t i = jg_job_depth(job); i > 0; job = job->parent)
        handles[--i] = job->handle;
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

/* What is being ended is ended again; the next one of a list may be freed by a callback, but not while it is held. */
static void check_tree(struct jg_os_job *job)
{
    jg_job_hold(job);
    while (job != NULL) {
        struct jg_os_job *next = job->next;
        struct jg_err ignored;
        jg_job_hold(next);
        check_tree(job->children);
        if (job->code != 0 || job->loop->closing)
            jg_os_job_terminate(job, job->code != 0 ? job->code : JG_KILLED, &ignored);
        jg_job_check(job);
        jg_job_drop(job);
        job = next;
    }
}

void jg_jobs_check_all(struct jg_os_loop *loop)
{
    check_tree(loop->jobs);
}
