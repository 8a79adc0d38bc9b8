/*
** linkevents.c: what a job's reaper tells, and what it means when it tells nothing any more.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "../job/job.h"
#include "../process/process.h"
#include "linkwork.h"
#include "reaper.h"

enum { MESSAGES_A_TURN = 256 };

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

static struct jg_os_process *find_untold(const struct jg_os_job *job)
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
    jg_link_close_fd(&link->socket);
    jg_link_pool_close(&link->pool); /* they aren't inside of it any more */
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
    while ((process = find_untold(job)) != NULL)
        end_process(process);
}

static void on_spawned(struct jg_link *link, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    struct jg_os_process *process = (struct jg_os_process *)(uintptr_t)message->id;
    process->pid = message->pid;
    jg_link_close_fd(&process->pidfd); /* it kept the room for this one */
    jg_link_reserve(process->loop, &link->spare);
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
    link->job->read_bytes += status.read_bytes;
    link->job->written_bytes += status.written_bytes;
    if (process != NULL)
        jg_process_tell_ended(process, &status);
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
        jg_link_close_fd(&link->spare);
        int got = jg_wire_receive(link->socket, &message, NULL, &fds);
        if (got != 1 || message.word != JG_REAPER_SPAWNED)
            jg_link_reserve(link->job->loop, &link->spare);
        if (got == -EAGAIN)
            break;
        if (got > 0)
            on_message(link, &message, &fds);
        else
            link_died(link);
    }
}

void jg_link_on_socket(struct jg_watch *watch, uint32_t events)
{
    struct jg_link *link = JG_CONTAINER(watch, struct jg_link, watch);
    struct jg_os_job *job = link->job;
    (void)events;
    if (job == NULL) {
        jg_link_revise(link);
        return;
    }
    jg_job_hold(job);
    drain(link, MESSAGES_A_TURN);
    jg_job_drop(job);
}

/* With an isolated job's pid 1, the kernel has ended everybody in it by now. */
void jg_link_on_death(struct jg_watch *watch, uint32_t events)
{
    struct jg_link *link = JG_CONTAINER(watch, struct jg_link, death);
    struct jg_os_job *job = link->job;
    (void)events;
    if (job == NULL) {
        jg_link_revise(link);
        return;
    }
    jg_job_hold(job);
    drain(link, INT32_MAX); /* what it said before it died */
    if (link->state == JG_LINK_OPEN)
        link_died(link);
    jg_watch_remove(job->loop, &link->death);
    jg_link_close_fd(&link->pidfd);
    link->state = JG_LINK_CLOSED;
    link->pid = 0;
    jg_job_check(job);
    jg_job_drop(job);
}
