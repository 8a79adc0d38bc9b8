/*
** jobtree.c: jobs inside jobs: how long they live, who is in them, and when they are empty.
**
** A job is populated from the first spawn in it, or in a job inside it, until it is verified that nobody is left,
** daemons included. Processes that we started count until we know of their end, so that `ended` comes before `emptied`.
*/
#include "jobtree.h"

/* the system's that is built */
#include "job/job.h"
#include "process/process.h"

void jg_job_list(struct jg_os_job *job)
{
    struct jg_os_job **list = job->parent != NULL ? &job->parent->children : &job->loop->jobs;
    job->next = *list;
    job->self = list;
    if (*list != NULL)
        (*list)->self = &job->next;
    *list = job;
}

void jg_job_unlist(struct jg_os_job *job)
{
    *job->self = job->next;
    if (job->next != NULL)
        job->next->self = job->self;
}

void jg_process_list(struct jg_os_process *process)
{
    struct jg_os_process **list = process->job != NULL ? &process->job->processes : &process->loop->plain;
    process->next = *list;
    process->link = list;
    if (*list != NULL)
        (*list)->link = &process->next;
    *list = process;
}

void jg_process_unlist(struct jg_os_process *process)
{
    if (process->link == NULL)
        return;
    *process->link = process->next;
    if (process->next != NULL)
        process->next->link = process->link;
    process->link = NULL;
    process->job = NULL;
}

void jg_job_count(struct jg_os_job *job, int change)
{
    if (job == NULL)
        return;
    job->live += change;
    for (; change > 0 && job != NULL; job = job->parent) {
        job->populated = true;
        job->code = 0; /* it was ended, and this one comes after that */
    }
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
    jg_job_unlist(job);
    jg_job_dispose(job);
    jg_job_drop(parent);
}

static bool became_empty(struct jg_os_job *job)
{
    if (!job->populated || job->live > 0)
        return false;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        if (child->populated)
            return false;
    return jg_job_vacant(job);
}

void jg_job_check(struct jg_os_job *job)
{
    if (job == NULL || !became_empty(job))
        return;
    struct jg_os_job *parent = job->parent;
    job->populated = false;
    job->code = 0;
    jg_job_hold(parent);
    jg_job_hold(job);
    if (!job->released && !job->loop->closing)
        job->emptied(job->owner);
    jg_job_drop(job);
    jg_job_check(parent);
    jg_job_drop(parent);
}

bool jg_job_frozen(const struct jg_os_job *job)
{
    while (job != NULL && !job->frozen)
        job = job->parent;
    return job != NULL;
}

bool jg_job_within(const struct jg_os_job *job, const struct jg_os_job *outer)
{
    while (job != NULL && job != outer)
        job = job->parent;
    return job == outer;
}

bool jg_os_job_empty(const struct jg_os_job *job)
{
    return !job->populated;
}

/* The innermost first. What one of them is just starting may come to be in it right after that: so as long as somebody
** is left it is done again, by jg_jobs_check_all. */
bool jg_os_job_terminate(struct jg_os_job *job, uint32_t code, struct jg_err *err)
{
    bool ok = true;
    for (struct jg_os_job *child = job->children; child != NULL; child = child->next)
        ok = jg_os_job_terminate(child, code, err) && ok;
    if (!job->populated)
        return ok;
    if (!jg_job_kill(job, code, err))
        return false;
    job->code = code;
    return ok;
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

/* The next one of a list may be freed by a callback, but not while it is held. */
static void check_tree(struct jg_os_job *job, bool again)
{
    jg_job_hold(job);
    while (job != NULL) {
        struct jg_os_job *next = job->next;
        struct jg_err ignored;
        jg_job_hold(next);
        check_tree(job->children, again);
        if (again && (job->code != 0 || job->loop->closing))
            jg_os_job_terminate(job, job->code != 0 ? job->code : JG_KILLED, &ignored);
        jg_job_check(job);
        jg_job_drop(job);
        job = next;
    }
}

void jg_jobs_check_all(struct jg_os_loop *loop, bool again)
{
    check_tree(loop->jobs, again);
}
