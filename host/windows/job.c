/*
** job.c: job objects: their life, and when they are empty.
**
** A job is populated from the first spawn in it, or in a job inside it, until the system's own count says that
** nobody is left. A job object becomes nested by the processes in it: one that is born in a job is put into all the
** jobs around it, too, the outermost first. The run's own job is around them all, and inherited without our doing.
*/
#include "job.h"

#include <stdlib.h>

#include "messages.h"
#include "native.h"
#include "process.h"

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

/* The handle is the last one: closing it ends what the count didn't know of. */
static void dispose(struct jg_os_job *job)
{
    jg_job_thaw(job);
    jg_messages_stop(job);
    CloseHandle(job->handle);
    unlist(job);
    jg_messages_free(job->loop, job);
}

static void on_event(struct jg_event *event)
{
    jg_job_check(JG_CONTAINER(event, struct jg_os_job, event));
}

static bool make_handle(struct jg_os_job *job, struct jg_err *err)
{
    job->limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE; /* and so no breaking away */
    job->handle = CreateJobObjectW(NULL, NULL);
    if (job->handle == NULL)
        return jg_err_set(err, (int)GetLastError(), "cannot make a job");
    if (SetInformationJobObject(job->handle, JobObjectExtendedLimitInformation, &job->limits, sizeof job->limits))
        return jg_messages_follow(job->loop, job, err);
    return jg_err_set(err, (int)GetLastError(), "cannot make a job");
}

bool jg_os_job_create(struct jg_os_loop *loop, struct jg_os_job *parent, const struct jg_os_job_options *options,
                      jg_os_job_emptied_fn *emptied, void *owner, struct jg_os_job **result, struct jg_err *err)
{
    if (options->isolate)
        return jg_err_set(err, JG_NATIVE_NO_ISOLATION, "cannot isolate a job");
    struct jg_os_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot make a job");
    job->event.ready = on_event;
    job->loop = loop;
    job->parent = parent;
    job->emptied = emptied;
    job->owner = owner;
    if (!make_handle(job, err)) {
        if (job->handle != NULL)
            CloseHandle(job->handle);
        free(job);
        return false;
    }
    list_in(job, parent != NULL ? &parent->children : &loop->jobs);
    *result = job;
    return true;
}

const char *jg_os_job_kind(const struct jg_os_job *job)
{
    (void)job;
    return "job-object";
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
    dispose(job);
    jg_job_drop(parent);
}

static bool vacant(const struct jg_os_job *job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    if (!QueryInformationJobObject(job->handle, JobObjectBasicAccountingInformation, &accounting, sizeof accounting,
                                   NULL))
        return false;
    return accounting.ActiveProcesses == 0;
}

/* Processes that we started count until we know of their end, so that `ended` comes before `emptied`. */
static bool became_empty(struct jg_os_job *job)
{
    if (!job->populated || job->live > 0)
        return false;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        if (child->populated)
            return false;
    if (vacant(job))
        return true;
    jg_loop_look_again(job->loop); /* it waits for a message, which may be lost */
    return false;
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

/*
** The system ends what is in the job at that moment. A process that one of them is just creating may come to be in
** it right after that: so as long as somebody is left it is done again.
*/
bool jg_os_job_terminate(struct jg_os_job *job, int code, struct jg_err *err)
{
    bool ok = true;
    for (struct jg_os_job *child = job->children; child != NULL; child = child->next)
        ok = jg_os_job_terminate(child, code, err) && ok;
    if (!job->populated)
        return ok;
    if (!TerminateJobObject(job->handle, (UINT)code))
        return jg_err_set(err, (int)GetLastError(), "cannot end the job");
    job->code = code;
    jg_loop_look_again(job->loop);
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
