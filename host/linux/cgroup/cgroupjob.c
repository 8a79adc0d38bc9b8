/*
** cgroupjob.c: a job that is a cgroup, whose processes are our own children.
**
** Whether it is empty is known from our children's pidfds. What isn't our child is a stranger, such as
** a daemon: cgroup.events tells of its end, but at most every 10 ms, so that strangers that aren't too
** many are waited for by pidfds as well.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../job/job.h"
#include "../job/kin.h"
#include "../job/usage.h"
#include "../native.h"
#include "../process/spawn.h"
#include "cgroup.h"

enum { MOST_STRANGERS = 64 };

struct jg_stranger {
    pid_t pid;
    struct jg_watch watch;
    struct jg_os_job *job;
    struct jg_stranger *next, **self;
    int pidfd;
    bool sure; /* it was in the cgroup when we had its handle, which is nobody else's then */
};

static bool spawn(struct jg_os_job *job, struct jg_os_process *process, const struct jg_os_command *command,
                  struct jg_err *err)
{
    return jg_spawn_here(process, command, jg_cgroup_home(job->cgroup), err);
}

static void forget_stranger(struct jg_stranger *stranger)
{
    jg_watch_remove(stranger->job->loop, &stranger->watch);
    close(stranger->pidfd);
    *stranger->self = stranger->next;
    if (stranger->next != NULL)
        stranger->next->self = stranger->self;
    free(stranger);
}

static void on_stranger(struct jg_watch *watch, uint32_t events)
{
    struct jg_stranger *stranger = JG_CONTAINER(watch, struct jg_stranger, watch);
    struct jg_os_job *job = stranger->job;
    (void)events;
    forget_stranger(stranger);
    if (job->strangers == NULL)
        jg_job_check(job);
}

static bool watch_stranger(struct jg_os_job *job, pid_t pid)
{
    struct jg_err ignored;
    struct jg_stranger *stranger = calloc(1, sizeof *stranger);
    if (stranger == NULL)
        return false;
    stranger->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    stranger->watch = (struct jg_watch){.ready = on_stranger, .fd = -1};
    if (stranger->pidfd < 0 || !jg_watch_add(job->loop, &stranger->watch, stranger->pidfd, EPOLLIN, &ignored)) {
        if (stranger->pidfd >= 0)
            close(stranger->pidfd);
        free(stranger);
        return false;
    }
    stranger->job = job;
    stranger->pid = pid;
    stranger->next = job->strangers;
    stranger->self = &job->strangers;
    if (job->strangers != NULL)
        job->strangers->self = &stranger->next;
    job->strangers = stranger;
    return true;
}

/*
** cgroup.kill signals a process by its first thread alone, and if that one has ended before the others it
** changes nothing. So a job that was killed is killed once more, process by process: our children by
** their handles, and strangers by theirs.
*/
static void kill_children(struct jg_os_job *job)
{
    struct jg_err ignored;
    for (struct jg_os_process *process = job->processes; process != NULL; process = process->next)
        jg_os_process_signal(process, "kill", &ignored);
}

static void kill_strangers(struct jg_os_job *job)
{
    for (struct jg_stranger *stranger = job->strangers; stranger != NULL; stranger = stranger->next)
        if (stranger->sure)
            syscall(SYS_pidfd_send_signal, stranger->pidfd, SIGKILL, NULL, 0);
}

static void on_events(struct jg_watch *watch, uint32_t events)
{
    struct jg_os_job *job = JG_CONTAINER(watch, struct jg_os_job, events);
    (void)events;
    if (jg_cgroup_populated(job->cgroup)) /* reading is also what quiets the event */
        return;
    jg_job_check(job);
}

static void watch_events(struct jg_os_job *job)
{
    struct jg_err ignored;
    job->events.ready = on_events;
    if (job->events.fd < 0)
        jg_watch_add(job->loop, &job->events, job->cgroup->events, EPOLLPRI, &ignored);
}

static void unwatch(struct jg_os_job *job)
{
    while (job->strangers != NULL)
        forget_stranger(job->strangers);
    jg_watch_remove(job->loop, &job->events);
}

static void watch_strangers(struct jg_os_job *job)
{
    struct jg_pids pids = {0};
    jg_cgroup_pids(job->cgroup, true, &pids);
    for (size_t i = pids.count; i > 0 && pids.count - i < MOST_STRANGERS; i--)
        watch_stranger(job, pids.at[i - 1]);
    pids.count = 0;
    if (job->strangers != NULL)
        jg_cgroup_pids(job->cgroup, true, &pids);
    for (struct jg_stranger *stranger = job->strangers; stranger != NULL; stranger = stranger->next)
        stranger->sure = jg_pids_has(&pids, stranger->pid);
    jg_pids_free(&pids);
}

/* Strangers whom we know of may have been moved out of it before. */
static bool vacant_without_cgroup(struct jg_os_job *job)
{
    jg_watch_remove(job->loop, &job->events);
    return job->strangers == NULL;
}

static bool vacant(struct jg_os_job *job)
{
    if (jg_cgroup_gone(job->cgroup))
        return vacant_without_cgroup(job);
    bool empty = !jg_cgroup_populated(job->cgroup);
    if (!empty && job->strangers == NULL) {
        job->cgroup->orphans = true;
        watch_events(job);
        watch_strangers(job);
        if (job->cgroup->killed)
            kill_strangers(job);
        empty = !jg_cgroup_populated(job->cgroup); /* again: it could have changed unseen before */
    }
    if (empty)
        unwatch(job);
    return empty;
}

/* Who is still in the cgroup is found there, by vacant, until nobody is. If it is gone, nobody knows who was in it. */
static bool kill_one_by_one(struct jg_os_job *job, struct jg_err *err)
{
    int refused = jg_kin_kill(job);
    if (jg_cgroup_gone(job->cgroup))
        refused = JG_NATIVE_CGROUP_GONE;
    return refused == 0 || jg_err_set(err, refused, "cannot end all of the job");
}

static bool terminate(struct jg_os_job *job, struct jg_err *err)
{
    bool ok = jg_cgroup_kill(job->cgroup, err) || kill_one_by_one(job, err);
    kill_children(job);
    kill_strangers(job);
    return ok;
}

static bool freeze(struct jg_os_job *job, bool frozen, struct jg_err *err)
{
    return jg_cgroup_freeze(job->cgroup, frozen, err);
}

static bool pids(struct jg_os_job *job, struct jg_pids *list, struct jg_err *err)
{
    bool ok = jg_cgroup_gone(job->cgroup) ? jg_kin_list(job, list) : jg_cgroup_pids(job->cgroup, false, list);
    return ok || jg_err_set(err, errno, "cannot list the job's processes");
}

static void dispose(struct jg_os_job *job)
{
    unwatch(job);
    jg_cgroup_give(job->cgroup);
}

const struct jg_job_ops jg_cgroup_ops = {
    .spawn = spawn,
    .terminate = terminate,
    .freeze = freeze,
    .usage = jg_usage_of_cgroup,
    .pids = pids,
    .vacant = vacant,
    .dispose = dispose,
};
