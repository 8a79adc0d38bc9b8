/*
** kin.c: a job's processes and who descends from them.
**
** Whose parent has ended before is not among them: it descends from init.
*/
#define _GNU_SOURCE
#include "kin.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../process/process.h"
#include "../procfs/procstat.h"
#include "../procfs/proctree.h"

enum { ROUNDS = 100 };

static bool list_children(const struct jg_os_job *job, struct jg_pids *pids)
{
    bool ok = true;
    for (const struct jg_os_process *process = job->processes; process != NULL; process = process->next)
        if (process->pid > 0)
            ok = jg_pids_add(pids, process->pid) && ok;
    return ok;
}

bool jg_kin_list(const struct jg_os_job *job, struct jg_pids *pids)
{
    struct jg_pids children = {0};
    bool ok = list_children(job, &children) && list_children(job, pids) && jg_proctree_below(&children, pids);
    jg_pids_free(&children);
    return ok;
}

static int signal_by(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0 || errno == ESRCH ? 0 : errno;
}

static int signal_children(const struct jg_os_job *job, int signal)
{
    int refused = 0;
    for (const struct jg_os_process *process = job->processes; process != NULL; process = process->next) {
        int error = process->pidfd >= 0 ? signal_by(process->pidfd, signal) : 0;
        refused = error != 0 ? error : refused;
    }
    return refused;
}

/* The number may be somebody else's by now: whose parent is one of them is one, too. */
static int signal_kin(pid_t pid, const struct jg_pids *kin, int signal)
{
    struct jg_procstat stat;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), refused = 0;
    if (pidfd < 0)
        return errno == ESRCH || errno == EINVAL ? 0 : errno;
    if (jg_procstat_read(pid, &stat) && jg_pids_has(kin, stat.parent))
        refused = signal_by(pidfd, signal);
    close(pidfd);
    return refused;
}

/* Stops those who aren't in `kin` yet, and adds them. Is there any? */
static bool stop_others(const struct jg_os_job *job, struct jg_pids *kin)
{
    struct jg_pids now = {0};
    size_t before = kin->count;
    jg_kin_list(job, &now);
    for (size_t i = 0; i < now.count; i++)
        if (!jg_pids_has(kin, now.at[i]) && jg_pids_add(kin, now.at[i]))
            signal_kin(now.at[i], kin, SIGSTOP);
    jg_pids_free(&now);
    return kin->count > before;
}

/*
** Whose parent is killed can't be found any more, and who runs may fork. So all are stopped, parents first, until a
** round finds nobody else: who has been sent a SIGSTOP can't fork any more. Then they are killed, children first.
*/
int jg_kin_kill(const struct jg_os_job *job)
{
    struct jg_pids kin = {0};
    list_children(job, &kin);
    size_t children = kin.count;
    signal_children(job, SIGSTOP);
    for (int i = 0; i < ROUNDS && stop_others(job, &kin); i++)
        continue;
    int refused = 0;
    for (size_t i = kin.count; i > children; i--) {
        int error = signal_kin(kin.at[i - 1], &kin, SIGKILL);
        refused = error != 0 ? error : refused;
    }
    int error = signal_children(job, SIGKILL);
    jg_pids_free(&kin);
    return error != 0 ? error : refused;
}
