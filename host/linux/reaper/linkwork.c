/*
** linkwork.c: what the harness asks of a job's reaper, and the two kinds of jobs that have one.
*/
#define _GNU_SOURCE
#include "linkwork.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "../cgroup/cgrouplimit.h"
#include "../job/job.h"
#include "../job/usage.h"
#include "../native.h"
#include "../parcel.h"
#include "../process/process.h"
#include "../process/pty.h"
#include "../procfs/proctree.h"
#include "reaper.h"

enum { FREEZE_SECONDS = 2 };

static const char gone[] = "cannot reach the job's reaper";

/* The reaper always reads, since it never waits for us to: so it is safe to wait for room. */
static bool send_request(struct jg_link *link, const struct jg_reaper_message *message, const void *text,
                         const struct jg_reaper_fds *fds, struct jg_err *err)
{
    int error;
    while ((error = jg_wire_send(link->socket, message, text, fds)) == -EAGAIN)
        poll(&(struct pollfd){.fd = link->socket, .events = POLLOUT}, 1, -1);
    return error == 0 || jg_err_set(err, -error, gone);
}

bool jg_link_request(struct jg_link *outer, bool isolate, int *result, struct jg_err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return jg_err_set(err, errno, gone);
    struct jg_reaper_message message = {.word = JG_REAPER_CHILD, .flags = isolate ? JG_REAPER_ISOLATED : 0};
    struct jg_reaper_fds fds = {.at = {pair[1]}, .count = 1};
    bool ok = send_request(outer, &message, NULL, &fds, err);
    close(pair[1]);
    outer->outer = true;
    if (ok)
        *result = pair[0];
    else
        close(pair[0]);
    return ok;
}

static bool spawn(struct jg_os_job *job, struct jg_os_process *process, const struct jg_os_command *command,
                  struct jg_err *err)
{
    struct jg_link *link = job->link;
    struct jg_reaper_message message = {.word = JG_REAPER_SPAWN, .id = (uintptr_t)process};
    struct jg_reaper_fds fds = {.count = 3};
    if (command->argv[0] == NULL)
        return jg_err_set(err, EINVAL, "cannot start a process");
    if (!jg_link_ready(link, err))
        return false;
    if (!jg_link_reserve(job->loop, &process->pidfd))
        return jg_err_set(err, errno, "cannot start a process");
    for (int i = 0; i < 3; i++)
        fds.at[i] = command->stdio[i] == JG_STDIO_INHERIT ? i : command->stdio[i];
    if (job->cgroup != NULL) {
        message.flags |= JG_REAPER_CGROUP;
        fds.at[fds.count++] = jg_cgroup_home(job->cgroup);
    }
    if (jg_limit_of_memory(job))
        message.flags |= JG_REAPER_APART;
    if (command->pty != NULL) {
        message.flags |= JG_REAPER_TERMINAL;
        fds.at[fds.count++] = jg_pty_terminal(command->pty);
    }
    int own = fds.count;
    char *text;
    bool ok = jg_parcel_pack(command, &message, &text, &fds) || jg_err_set(err, errno, "cannot start a process");
    ok = ok && send_request(link, &message, text, &fds, err);
    link->sent += ok;
    if (fds.count > own)
        close(fds.at[own]);
    free(text);
    return ok;
}

static bool terminate(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_link *link = job->link;
    if (link->state != JG_LINK_OPEN)
        return true;
    if (job->isolate && (job->released || job->loop->closing)) { /* nothing will be started in it again */
        if (syscall(SYS_pidfd_send_signal, link->pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
            return jg_err_set(err, errno, "cannot end the job");
        return true;
    }
    if (job->cgroup != NULL)
        jg_cgroup_kill(job->cgroup, err); /* if that can't be, its reaper finds them */
    return send_request(link, &(struct jg_reaper_message){.word = JG_REAPER_KILL}, NULL, NULL, err);
}

/* 0, or why it couldn't be done. A reaper that is gone has nobody left who could be frozen. */
static int await_answer(int pipe)
{
    int error = 0;
    if (jg_link_wait(pipe, FREEZE_SECONDS) <= 0)
        return JG_NATIVE_UNCONFIRMED;
    return read(pipe, &error, sizeof error) == sizeof error ? error : 0;
}

/* Waits until the reaper has done it: until it closes its end of a pipe. */
static bool ask_and_wait(struct jg_link *link, enum jg_reaper_word word, const char *what, struct jg_err *err)
{
    int ends[2];
    if (link->state != JG_LINK_OPEN)
        return true;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return jg_err_set(err, errno, what);
    struct jg_reaper_message message = {.word = word};
    struct jg_reaper_fds fds = {.at = {ends[1]}, .count = 1};
    bool ok = send_request(link, &message, NULL, &fds, err);
    close(ends[1]);
    int error = ok ? await_answer(ends[0]) : 0;
    close(ends[0]);
    return ok && (error == 0 || jg_err_set(err, error, what));
}

static bool freeze(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    return frozen ? ask_and_wait(job->link, JG_REAPER_FREEZE, "cannot freeze the job", err)
                  : ask_and_wait(job->link, JG_REAPER_THAW, "cannot thaw the job", err);
}

void jg_link_settle(const struct jg_os_job *job)
{
    struct jg_err ignored;
    if (job->link != NULL && job->cgroup != NULL)
        ask_and_wait(job->link, JG_REAPER_SETTLE, gone, &ignored);
}

void jg_links_settle(const struct jg_os_job *job)
{
    jg_link_settle(job);
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        jg_links_settle(child);
}

bool jg_link_reapers(const struct jg_os_job *job, struct jg_pids *reapers)
{
    bool ok = true;
    for (; job != NULL; job = job->next) {
        if (job->link != NULL && job->link->pid > 0)
            ok = jg_pids_add(reapers, job->link->pid) && ok;
        if (job->link != NULL)
            ok = jg_link_pool_reapers(&job->link->pool, reapers) && ok;
        ok = jg_link_reapers(job->children, reapers) && ok;
    }
    return ok;
}

static bool pids(struct jg_os_job *job, struct jg_pids *list, struct jg_err *err)
{
    struct jg_pids reapers = {0};
    if (job->link->pid <= 0)
        return true;
    jg_link_reapers(job->children, &reapers);
    jg_link_pool_reapers(&job->link->pool, &reapers);
    bool ok = jg_proctree_descendants(job->link->pid, &reapers, list);
    jg_pids_free(&reapers);
    return ok || jg_err_set(err, errno, "cannot list the job's processes");
}

static bool vacant(struct jg_os_job *job)
{
    return job->link->state == JG_LINK_CLOSED ||
           (job->link->state == JG_LINK_OPEN && job->link->empty == job->link->sent);
}

static void dispose(struct jg_os_job *job)
{
    jg_link_close(job);
    if (job->cgroup != NULL)
        jg_cgroup_give(job->cgroup);
}

static bool freeze_cgroup(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    return jg_cgroup_freeze(job->cgroup, frozen, err);
}

static bool pids_of_cgroup(struct jg_os_job *job, struct jg_pids *list, struct jg_err *err)
{
    return jg_cgroup_pids(job->cgroup, false, list) || jg_err_set(err, errno, "cannot list the job's processes");
}

const struct jg_job_ops jg_reaper_ops = {
    .spawn = spawn,
    .terminate = terminate,
    .freeze = freeze,
    .usage = jg_usage_of_processes,
    .pids = pids,
    .vacant = vacant,
    .dispose = dispose,
};

const struct jg_job_ops jg_combined_ops = {
    .spawn = spawn,
    .terminate = terminate,
    .freeze = freeze_cgroup,
    .usage = jg_usage_of_cgroup,
    .pids = pids_of_cgroup,
    .vacant = vacant,
    .dispose = dispose,
};
