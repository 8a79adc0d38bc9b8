/*
** usage.c: what a process or a job has used.
*/
#define PSAPI_VERSION 2 /* kernel32's own, no library more */
#include "usage.h"

#include <psapi.h>

#include "job.h"

/* From hundreds of nanoseconds. */
static double seconds(uint64_t ticks)
{
    return (double)ticks / 1e7;
}

static uint64_t ticks(FILETIME time)
{
    return (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

void jg_usage_of_process(HANDLE handle, struct jg_os_status *status)
{
    FILETIME created, ended, system, user;
    PROCESS_MEMORY_COUNTERS memory;
    IO_COUNTERS io;
    status->user_time = status->system_time = -1;
    status->peak_memory = status->read_bytes = status->written_bytes = -1;
    if (GetProcessTimes(handle, &created, &ended, &system, &user)) {
        status->user_time = seconds(ticks(user));
        status->system_time = seconds(ticks(system));
    }
    if (GetProcessIoCounters(handle, &io)) {
        status->read_bytes = (int64_t)io.ReadTransferCount;
        status->written_bytes = (int64_t)io.WriteTransferCount;
    }
    if (GetProcessMemoryInfo(handle, &memory, sizeof memory) && memory.PeakWorkingSetSize > 0)
        status->peak_memory = (int64_t)memory.PeakWorkingSetSize;
}

/* Older than its counters of input and output are the others: some systems have those alone. */
static bool read_accounting(HANDLE job, JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION *accounting, bool *has_io)
{
    *has_io =
        QueryInformationJobObject(job, JobObjectBasicAndIoAccountingInformation, accounting, sizeof *accounting, NULL);
    return *has_io || QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting->BasicInfo,
                                                sizeof accounting->BasicInfo, NULL);
}

bool jg_os_job_cpu_time(struct jg_os_job *job, double *result, struct jg_err *err)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION basic;
    if (!QueryInformationJobObject(job->handle, JobObjectBasicAccountingInformation, &basic, sizeof basic, NULL))
        return jg_err_set(err, (int)GetLastError(), "cannot tell what the job has used");
    *result = seconds((uint64_t)basic.TotalUserTime.QuadPart) + seconds((uint64_t)basic.TotalKernelTime.QuadPart);
    return true;
}

bool jg_os_job_usage(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    JOBOBJECT_BASIC_AND_IO_ACCOUNTING_INFORMATION accounting;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits;
    bool has_io;
    if (!read_accounting(job->handle, &accounting, &has_io))
        return jg_err_set(err, (int)GetLastError(), "cannot tell what the job has used");
    const JOBOBJECT_BASIC_ACCOUNTING_INFORMATION *basic = &accounting.BasicInfo;
    *usage = (struct jg_os_usage){
        .user_time = seconds((uint64_t)basic->TotalUserTime.QuadPart),
        .system_time = seconds((uint64_t)basic->TotalKernelTime.QuadPart),
        .peak_memory = -1,
        .active_processes = basic->ActiveProcesses,
        .total_processes = basic->TotalProcesses,
        .read_bytes = has_io ? (int64_t)accounting.IoInfo.ReadTransferCount : -1,
        .written_bytes = has_io ? (int64_t)accounting.IoInfo.WriteTransferCount : -1,
    };
    /* a job that has had a process has had memory: nothing means that nobody counted */
    if (QueryInformationJobObject(job->handle, JobObjectExtendedLimitInformation, &limits, sizeof limits, NULL) &&
        (limits.PeakJobMemoryUsed > 0 || basic->TotalProcesses == 0))
        usage->peak_memory = (int64_t)limits.PeakJobMemoryUsed;
    return true;
}
