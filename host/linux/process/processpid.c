/*
** processpid.c: the numbers of one process, in each of the worlds that see it.
*/
#include "../job/job.h"
#include "../linux.h"
#include "../procfs/fdinfo.h"
#include "process.h"

int64_t jg_os_process_pid(const struct jg_os_process *process)
{
    return process->pid;
}

int64_t jg_os_process_local_pid(const struct jg_os_process *process)
{
    if (process->pid > 0 && jg_job_isolated(process->job))
        return jg_fdinfo_local_pid(process->pidfd);
    return process->pid;
}

int64_t jg_os_process_host_pid(const struct jg_os_process *process)
{
    if (process->host_pid == 0 && process->pidfd >= 0 && process->pid > 0) {
        pid_t pid = jg_fdinfo_pid(jg_linux.outer_proc, process->pidfd);
        ((struct jg_os_process *)process)->host_pid = pid > 0 ? pid : -1;
    }
    return process->host_pid > 0 ? process->host_pid : -1;
}
