/*
** link.c: the harness's end of a job's reaper: how it begins, what it tells, how it ends.
*/
#define _GNU_SOURCE
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "fdinfo.h"
#include "job.h"
#include "linkwork.h"
#include "process.h"
#include "reaper.h"

enum { READY_MS = 30000, MESSAGES_A_TURN = 256 };

static const char *const ready_what[] = {
    [JG_REAPER_AT_FORK] = "cannot make the job's reaper",
    [JG_REAPER_AT_NAMESPACE] = "cannot make a pid namespace",
    [JG_REAPER_AT_PROC] = "cannot mount a /proc for the job",
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Not in a job's process list any more, and nobody told: it was being started, or it was running. */
static void end_process(struct jg_os_process *process)
{
    static const struct jg_os_status killed = {.exit.signal = SIGKILL, .known = true};
    jg_job_hold(process->job);
    struct jg_os_job *job = process->job;
    if (process->state < JG_PROCESS_RUNNING) {
        process->error = 0;
        jg_process_tell_spawned(process);
        /* the callback may have released it, but it isn't freed before its end */
    }
    jg_process_tell_ended(process, &killed);
    jg_job_drop(job);
}

static struct jg_os_process *find_without_pidfd(const struct jg_os_job *job)
{
    struct jg_os_process *process = job->processes;
    while (process != NULL && (process->watch.fd >= 0 || process->state == JG_PROCESS_ENDED))
        process = process->next;
    return process;
}

/*
** The reaper is gone, whether we ended it or somebody else did. Who it had started is killed, and
** waited for by pidfd; how they really ended nobody can know any more.
*/
static void link_died(struct jg_link *link)
{
    struct jg_os_job *job = link->job;
    struct jg_err ignored;
    jg_watch_remove(job->loop, &link->watch);
    close_fd(&link->socket);
    jg_pidmap_free(&link->map);
    link->state = JG_LINK_DYING;
    if (job->cgroup != NULL)
        jg_cgroup_kill(job->cgroup, &ignored);
    for (struct jg_os_process *process = job->processes; process != NULL; process = process->next)
        if (process->state == JG_PROCESS_RUNNING && process->pidfd >= 0) {
            syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
            jg_process_watch(process, &ignored);
        }
    struct jg_os_process *process;
    while ((process = find_without_pidfd(job)) != NULL)
        end_process(process);
}

static void on_spawned(struct jg_link *link, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    struct jg_os_process *process = (struct jg_os_process *)(uintptr_t)message->id;
    process->pid = message->pid;
    if (fds->count == 1)
        process->pidfd = fds->at[0];
    fds->count = 0;
    jg_pidmap_add(&link->map, process);
    jg_process_tell_spawned(process);
}

static void on_failed(const struct jg_reaper_message *message)
{
    struct jg_os_process *process = (struct jg_os_process *)(uintptr_t)message->id;
    process->error = message->error;
    process->stage = (uint8_t)message->stage;
    jg_process_tell_spawned(process);
}

static void on_exited(struct jg_link *link, const struct jg_reaper_message *message)
{
    struct jg_os_status status;
    struct jg_os_process *process = jg_pidmap_take(&link->map, message->pid);
    jg_status_fill(&status, message->code, message->signal, &message->usage);
    link->job->user_time += status.user_time;
    link->job->system_time += status.system_time;
    if (process != NULL)
        jg_process_tell_ended(process, &status);
    else
        link->job->total++; /* an orphan */
}

static void on_message(struct jg_link *link, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    switch (message->word) {
    case JG_REAPER_SPAWNED:
        on_spawned(link, message, fds);
        break;
    case JG_REAPER_FAILED:
        on_failed(message);
        break;
    case JG_REAPER_EXITED:
        on_exited(link, message);
        break;
    case JG_REAPER_EMPTY:
        link->empty = message->id;
        jg_job_check(link->job);
        break;
    }
    jg_wire_close(fds);
}

static void drain(struct jg_link *link, int most)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
    for (int i = 0; i < most && link->state == JG_LINK_OPEN; i++) {
        int got = jg_wire_receive(link->socket, &message, NULL, &fds);
        if (got == -EAGAIN)
            break;
        if (got > 0)
            on_message(link, &message, &fds);
        else
            link_died(link);
    }
}

static void on_socket(struct jg_watch *watch, uint32_t events)
{
    struct jg_link *link = JG_CONTAINER(watch, struct jg_link, watch);
    struct jg_os_job *job = link->job;
    (void)events;
    jg_job_hold(job);
    drain(link, MESSAGES_A_TURN);
    jg_job_drop(job);
}

/* With an isolated job's pid 1, the kernel has ended everybody in it by now. */
static void on_death(struct jg_watch *watch, uint32_t events)
{
    struct jg_link *link = JG_CONTAINER(watch, struct jg_link, death);
    struct jg_os_job *job = link->job;
    (void)events;
    jg_job_hold(job);
    drain(link, INT32_MAX); /* what it said before it died */
    if (link->state == JG_LINK_OPEN)
        link_died(link);
    jg_watch_remove(job->loop, &link->death);
    close_fd(&link->pidfd);
    link->state = JG_LINK_CLOSED;
    link->pid = 0;
    jg_job_check(job);
    jg_job_drop(job);
}

static bool receive_ready(struct jg_link *link, struct jg_err *err)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds fds = {.count = 0};
    struct pollfd handle = {.fd = link->socket, .events = POLLIN};
    int got, ready;
    do
        ready = poll(&handle, 1, READY_MS);
    while (ready < 0 && errno == EINTR);
    got = ready > 0 ? jg_wire_receive(link->socket, &message, NULL, &fds) : -ETIMEDOUT;
    if (got > 0 && message.error == 0 && fds.count == 1) {
        link->pidfd = fds.at[0];
        return true;
    }
    jg_wire_close(&fds);
    if (got > 0 && message.error != 0)
        return jg_err_set(err, message.error, ready_what[message.stage]);
    return jg_err_set(err, got > 0 ? EMFILE : got == 0 ? ECONNRESET : -got, ready_what[JG_REAPER_AT_FORK]);
}

/* A job inside an isolated one has its reaper in the same namespace: the outer reaper makes it. */
static bool request(struct jg_link *link, struct jg_err *err)
{
    struct jg_link *outer = jg_job_nearest_link(link->job->parent);
    if (outer == NULL)
        return jg_reaper_request(link->job->isolate, &link->socket, err);
    return jg_link_ready(outer, err) && jg_link_request(outer, link->job->isolate, &link->socket, err);
}

static bool start(struct jg_link *link, struct jg_err *err)
{
    struct jg_os_loop *loop = link->job->loop;
    if (!request(link, err) || !receive_ready(link, err))
        goto fail;
    fcntl(link->socket, F_SETFL, O_NONBLOCK);
    int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    link->pid = jg_fdinfo_pid(proc, link->pidfd);
    close_fd(&proc);
    link->sent = link->empty = 0;
    if (!jg_watch_add(loop, &link->watch, link->socket, EPOLLIN, err) ||
        !jg_watch_add(loop, &link->death, link->pidfd, EPOLLIN, err))
        goto fail;
    link->state = JG_LINK_OPEN;
    return true;

fail:
    jg_watch_remove(loop, &link->watch);
    close_fd(&link->socket);
    close_fd(&link->pidfd);
    return false;
}

bool jg_link_ready(struct jg_link *link, struct jg_err *err)
{
    if (link->state == JG_LINK_DYING)
        return jg_err_set(err, EBUSY, "the job is being ended");
    return link->state == JG_LINK_OPEN || start(link, err);
}

bool jg_link_open(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return jg_err_set(err, ENOMEM, "cannot make a job");
    link->job = job;
    link->watch = (struct jg_watch){.ready = on_socket, .fd = -1};
    link->death = (struct jg_watch){.ready = on_death, .fd = -1};
    link->socket = link->pidfd = -1;
    if (!start(link, err)) {
        free(link);
        return false;
    }
    job->link = link;
    return true;
}

void jg_link_close(struct jg_os_job *job)
{
    struct jg_link *link = job->link;
    if (link == NULL)
        return;
    jg_watch_remove(job->loop, &link->watch);
    jg_watch_remove(job->loop, &link->death);
    close_fd(&link->socket); /* its end-of-file, at which the reaper ends */
    close_fd(&link->pidfd);
    jg_pidmap_free(&link->map);
    free(link);
    job->link = NULL;
}
