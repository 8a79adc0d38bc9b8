/*
** process.c: one process, from its birth to its end, by its pidfd.
*/
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../job/job.h"
#include "spawn.h"

enum { WAIT_BY_PIDFD = 3, BLOCK = 512 }; /* bytes, of getrusage */

_Static_assert(sizeof(struct jg_os_process) < 200, "ten thousand of them are ordinary");

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void jg_status_fill(struct jg_os_status *status, int code, int signal, const struct rusage *usage)
{
    *status = (struct jg_os_status){
        .exit = {.code = signal == 0 ? (uint32_t)code : 0, .signal = signal},
        .known = true,
        .user_time = seconds(usage->ru_utime),
        .system_time = seconds(usage->ru_stime),
        .peak_memory = (int64_t)usage->ru_maxrss * 1024,
        .read_bytes = (int64_t)usage->ru_inblock * BLOCK,
        .written_bytes = (int64_t)usage->ru_oublock * BLOCK,
    };
}

struct jg_os_process *jg_process_new(struct jg_os_loop *loop, struct jg_os_job *job,
                                     const struct jg_os_process_events *events, void *owner)
{
    struct jg_os_process *process = calloc(1, sizeof *process);
    if (process == NULL)
        return NULL;
    process->loop = loop;
    process->job = job;
    process->watch.fd = process->pidfd = -1;
    process->pid = -1;
    process->spawned = events->spawned;
    process->ended = events->ended;
    process->owner = owner;
    process->limits = jg_limit_counts(job);
    jg_process_list(process);
    return process;
}

static void close_pidfd(struct jg_os_process *process)
{
    jg_watch_remove(process->loop, &process->watch);
    if (process->pidfd >= 0)
        close(process->pidfd);
    process->pidfd = -1;
}

void jg_process_free(struct jg_os_process *process)
{
    close_pidfd(process);
    jg_process_unlist(process);
    free(process);
}

/* The raw call: libc's doesn't give the resource usage. */
static int wait_raw(int pidfd, siginfo_t *info, int options, struct rusage *usage)
{
    int result;
    do {
        info->si_pid = 0;
        result = (int)syscall(SYS_waitid, WAIT_BY_PIDFD, pidfd, info, WEXITED | options, usage);
    } while (result < 0 && errno == EINTR);
    return result;
}

bool jg_process_reap(struct jg_os_process *process, bool wait, struct jg_os_status *status)
{
    siginfo_t info;
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    if (wait_raw(process->pidfd, &info, wait ? 0 : WNOHANG, &usage) < 0) {
        *status = (struct jg_os_status){.known = false}; /* somebody else's waitpid(-1) got it */
        return true;
    }
    if (info.si_pid == 0) /* epoll reports what a process between clone and exec still holds */
        return false;
    bool exited = info.si_code == CLD_EXITED;
    jg_status_fill(status, info.si_status, exited ? 0 : info.si_status, &usage);
    return true;
}

/*
** It has ended, and we haven't even told that it began. Its slot may look busy though: when a process
** dumps core before its exec, the kernel leaves the tid as it is. `ended` comes in the next turn.
*/
static void settle_first(struct jg_os_process *process)
{
    siginfo_t info;
    struct rusage usage;
    if (process->slot != NULL && wait_raw(process->pidfd, &info, WNOHANG | WNOWAIT, &usage) == 0 && info.si_pid != 0)
        process->slot->birth.tid = 0;
    jg_os_loop_settle(process->loop, false);
}

static void on_ready(struct jg_watch *watch, uint32_t events)
{
    struct jg_os_process *process = JG_CONTAINER(watch, struct jg_os_process, watch);
    struct jg_os_status status = {.known = false};
    (void)events;
    if (process->state < JG_PROCESS_RUNNING) {
        settle_first(process);
        return;
    }
    if (process->child && !jg_process_reap(process, false, &status))
        return;
    if (process->child && process->job != NULL) {
        process->job->read_bytes += status.read_bytes;
        process->job->written_bytes += status.written_bytes;
    }
    if (!process->child && !process->open) { /* its reaper was killed, and it with it */
        status.known = true;
        status.exit.signal = SIGKILL;
    }
    jg_process_tell_ended(process, &status);
}

bool jg_process_watch(struct jg_os_process *process, struct jg_err *err)
{
    process->watch.ready = on_ready;
    return jg_watch_add(process->loop, &process->watch, process->pidfd, EPOLLIN, err);
}

void jg_process_tell_spawned(struct jg_os_process *process)
{
    bool silent = process->released || process->loop->closing;
    if (process->error == 0) {
        process->state = JG_PROCESS_RUNNING;
        jg_linger_began(&process->loop->linger);
        if (!silent)
            process->spawned(process->owner, NULL);
        return;
    }
    struct jg_os_job *job = process->job;
    struct jg_err err;
    jg_err_set(&err, process->error, jg_birth_what(process->stage));
    jg_limit_explain(process, &err);
    process->state = JG_PROCESS_ENDED;
    jg_job_hold(job);
    jg_job_count(job, -1);
    if (!silent)
        process->spawned(process->owner, &err);
    jg_process_free(process);
    jg_job_check(job);
    jg_job_drop(job);
}

void jg_process_tell_ended(struct jg_os_process *process, const struct jg_os_status *how)
{
    struct jg_os_job *job = process->job;
    struct jg_os_status status = *how;
    status.limit = jg_limit_reached(process, how);
    jg_linger_ended(&process->loop->linger);
    close_pidfd(process);
    jg_process_unlist(process);
    process->state = JG_PROCESS_ENDED;
    jg_job_hold(job);
    jg_job_count(job, -1);
    if (process->released || process->loop->closing)
        free(process);
    else
        process->ended(process->owner, &status);
    jg_job_check(job);
    jg_job_drop(job);
}

bool jg_os_process_open(struct jg_os_loop *loop, int64_t pid, const struct jg_os_process_events *events, void *owner,
                        struct jg_os_process **result, struct jg_err *err)
{
    int pidfd = pid > 0 && pid <= INT32_MAX ? (int)syscall(SYS_pidfd_open, (pid_t)pid, 0) : (errno = ESRCH, -1);
    if (pidfd < 0) /* of a thread other than the first it says ENOENT or EINVAL: that's no process, either */
        return jg_err_set(err, errno == ENOENT || errno == EINVAL ? ESRCH : errno, "cannot open the process");
    struct jg_os_process *process = jg_process_new(loop, NULL, events, owner);
    if (process == NULL) {
        close(pidfd);
        return jg_err_set(err, ENOMEM, "cannot open the process");
    }
    process->pid = (pid_t)pid;
    process->pidfd = pidfd;
    process->open = true;
    process->state = JG_PROCESS_RUNNING;
    if (!jg_process_watch(process, err)) {
        jg_process_free(process);
        return false;
    }
    *result = process;
    return true;
}

void jg_os_process_release(struct jg_os_process *process)
{
    if (process == NULL)
        return;
    process->released = true;
    if (process->state == JG_PROCESS_ENDED && process->link == NULL)
        free(process);
    else if (process->open)
        jg_process_free(process);
}

void jg_processes_forget(struct jg_os_loop *loop)
{
    while (loop->plain != NULL)
        jg_process_free(loop->plain);
}
