/*
** limit.c: limits of jobs, by the job object's own, and which of them was reached.
**
** A system that takes a limit and doesn't keep it (Wine does so) is found out by asking for it afterwards.
*/
#include "limit.h"

#include <math.h>

#include "../native.h"
#include "../process/process.h"
#include "job.h"

enum { WHOLE_RATE = 10000, PAGE = 4096 }; /* of all processors; bytes */

static const double MOST_MEMORY = 0x1p52; /* no machine has it, and it can be rounded */

/* What the system says of the limits isn't taken for what they are: Wine knows of none, not even of the job's end with
** its last handle. */
static bool keeps(HANDLE job, const JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION kept = {0};
    return QueryInformationJobObject(job, JobObjectExtendedLimitInformation, &kept, sizeof kept, NULL) &&
           kept.BasicLimitInformation.LimitFlags == limits->BasicLimitInformation.LimitFlags;
}

static bool write_limits(struct jg_os_job *job, JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, struct jg_err *err)
{
    if (!SetInformationJobObject(job->handle, JobObjectExtendedLimitInformation, limits, sizeof *limits))
        return jg_err_set(err, (int)GetLastError(), "cannot limit");
    if (keeps(job->handle, limits)) {
        job->limits = *limits;
        return true;
    }
    SetInformationJobObject(job->handle, JobObjectExtendedLimitInformation, &job->limits, sizeof job->limits);
    return jg_err_set(err, JG_NATIVE_LIMIT_IGNORED, "cannot limit");
}

/*
** A rate is a share of what the next job around it with a rate may have or, if there is none, of the system's
** processors: of all of them, whichever of them we may use.
*/
static double whole_of(const struct jg_os_job *job)
{
    const struct jg_os_job *around = job->parent;
    while (around != NULL && around->cpus == 0)
        around = around->parent;
    return around != NULL ? around->cpus : GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
}

JOBOBJECT_CPU_RATE_CONTROL_INFORMATION jg_limit_rate(const struct jg_os_job *job, double cpus)
{
    return (JOBOBJECT_CPU_RATE_CONTROL_INFORMATION){
        .ControlFlags = JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP,
        .CpuRate = (DWORD)fmin(ceil(cpus / whole_of(job) * WHOLE_RATE), WHOLE_RATE),
    };
}

static bool limit_rate(struct jg_os_job *job, double cpus, struct jg_err *err)
{
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION control = jg_limit_rate(job, cpus);
    if (SetInformationJobObject(job->handle, JobObjectCpuRateControlInformation, &control, sizeof control)) {
        job->cpus = fmin(cpus, whole_of(job));
        return true;
    }
    DWORD error = GetLastError(); /* Windows 7 and Wine don't know it */
    return jg_err_set(err, error == ERROR_INVALID_PARAMETER ? JG_NATIVE_LIMIT_IGNORED : (int)error, "cannot limit");
}

/* Windows' own limit of the time counts the user's alone; the caller's watch, the system's, too. */
void jg_limit_set(JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits, enum jg_limit limit, double value)
{
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &limits->BasicLimitInformation;
    switch (limit) {
    case JG_LIMIT_MEMORY:
        basic->LimitFlags |= JOB_OBJECT_LIMIT_JOB_MEMORY;
        limits->JobMemoryLimit = (SIZE_T)(ceil(fmin(value, MOST_MEMORY) / PAGE) * PAGE); /* as it is rounded anyway */
        break;
    case JG_LIMIT_PROCESSES:
        basic->LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
        basic->ActiveProcessLimit = (DWORD)fmin(value, (double)UINT32_MAX);
        break;
    default:
        basic->LimitFlags |= JOB_OBJECT_LIMIT_JOB_TIME;
        basic->PerJobUserTimeLimit.QuadPart = (LONGLONG)fmin(value * 1e7, 9e18);
        break;
    }
}

bool jg_os_job_limit(struct jg_os_job *job, enum jg_limit limit, double value, struct jg_err *err)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = job->limits;
    if (limit == JG_LIMIT_CPUS)
        return limit_rate(job, value, err);
    jg_limit_set(&limits, limit, value);
    return write_limits(job, &limits, err);
}

/* ---- which was reached? ---- */

void jg_limit_message(struct jg_os_job *job, DWORD message)
{
    switch (message) {
    case JOB_OBJECT_MSG_JOB_MEMORY_LIMIT:
        InterlockedIncrement(&job->reached[JG_LIMIT_MEMORY]);
        break;
    case JOB_OBJECT_MSG_ACTIVE_PROCESS_LIMIT:
        InterlockedIncrement(&job->reached[JG_LIMIT_PROCESSES]);
        break;
    case JOB_OBJECT_MSG_END_OF_JOB_TIME:
        InterlockedIncrement(&job->reached[JG_LIMIT_CPU_TIME]);
        break;
    }
}

struct jg_limit_counts jg_limit_counts(const struct jg_os_job *job)
{
    struct jg_limit_counts counts = {{0}};
    for (; job != NULL; job = job->parent)
        for (int limit = 0; limit < JG_LIMIT_COUNT; limit++)
            counts.reached[limit] += job->reached[limit];
    return counts;
}

/* The system ends what is in a job with this code when the job's time is up, and sends no message. */
static bool time_is_up(const struct jg_os_job *job, uint32_t code)
{
    if (code != ERROR_NOT_ENOUGH_QUOTA)
        return false;
    while (job != NULL && (job->limits.BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_JOB_TIME) == 0)
        job = job->parent;
    return job != NULL;
}

enum jg_limit jg_limit_reached(const struct jg_os_process *process, const struct jg_os_status *status)
{
    struct jg_limit_counts now = jg_limit_counts(process->job);
    if (!status->known || status->exit.code == 0)
        return JG_LIMIT_NONE;
    for (int limit = 0; limit < JG_LIMIT_COUNT; limit++)
        if (now.reached[limit] != process->limits.reached[limit])
            return (enum jg_limit)limit;
    return time_is_up(process->job, status->exit.code) ? JG_LIMIT_CPU_TIME : JG_LIMIT_NONE;
}
