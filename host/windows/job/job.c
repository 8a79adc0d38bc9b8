/*
** job.c: job objects: their life, and when they are empty.
**
** That nobody is left is said by the system's own count. A job object becomes nested by the processes in it: one that
** is born in a job is put into all the jobs around it, too, the outermost first. The run's own job is around them all,
** and inherited without our doing.
*/
#include "job.h"

#include <stdlib.h>

#include "../loop/messages.h"
#include "../native.h"
#include "../process/process.h"

/* The handle is the last one: closing it ends what the count didn't know of. */
void jg_job_dispose(struct jg_os_job *job)
{
    jg_job_thaw(job);
    jg_messages_stop(job);
    CloseHandle(job->handle);
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
    jg_job_list(job);
    *result = job;
    return true;
}

const char *jg_os_job_kind(const struct jg_os_job *job)
{
    (void)job;
    return "job-object";
}

/*
** There is nothing to refuse here: the handle is our own, with all rights, and the answer has its place. Were it
** refused all the same, who waits for the job would go on waiting: that nobody is left is never said without the count.
*/
static bool is_empty(const struct jg_os_job *job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    if (!QueryInformationJobObject(job->handle, JobObjectBasicAccountingInformation, &accounting, sizeof accounting,
                                   NULL))
        return false;
    return accounting.ActiveProcesses == 0;
}

bool jg_job_vacant(struct jg_os_job *job)
{
    if (is_empty(job))
        return true;
    jg_loop_look_again(job->loop); /* it waits for a message, which may be lost */
    return false;
}

/* The system ends what is in the job at that moment. */
bool jg_job_kill(struct jg_os_job *job, uint32_t code, struct jg_err *err)
{
    if (!TerminateJobObject(job->handle, code))
        return jg_err_set(err, (int)GetLastError(), "cannot end the job");
    jg_loop_look_again(job->loop);
    return true;
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
