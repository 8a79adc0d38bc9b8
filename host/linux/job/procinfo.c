/*
** procinfo.c: who is in a job.
**
** A snapshot, one process after the other: those that vanish meanwhile are left out.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../linux.h"
#include "../procfs/fdinfo.h"
#include "../procfs/procstat.h"
#include "../procfs/proctree.h"
#include "../reaper/link.h"
#include "job.h"

enum { COMMAND_SIZE = 65536, STATUS_SIZE = 8192, PATIENCE = 2000 };

struct entry {
    pid_t pid;   /* as we see it */
    int depth;   /* how many namespaces deeper its job is */
    bool frozen; /* its job is */
    bool ending; /* its job is being ended */
};

struct snapshot {
    struct entry *at;
    size_t count, room;
    bool outer_is_ours;
    double boot; /* when the system was started, seconds since the Unix epoch */
    char *command;
};

/* The pids of a process in all namespaces it is in, from that of /proc inwards: the one at `depth`, 0 if
** it isn't that deep. *depths is how many there are. */
static pid_t nested_pid(const char *path, int depth, int *depths)
{
    char text[STATUS_SIZE];
    long result = 0;
    *depths = 0;
    if (jg_procstat_file(path, text, sizeof text) <= 0)
        return 0;
    char *at = strstr(text, "\nNSpid:");
    if (at == NULL)
        return 0;
    for (at += 7;; (*depths)++) {
        at += strspn(at, " \t");
        if (*at < '0' || *at > '9')
            break;
        long pid = strtol(at, &at, 10);
        if (*depths == depth)
            result = pid;
    }
    return (pid_t)result;
}

static pid_t inside_pid(pid_t pid, int depth)
{
    char path[32];
    int depths;
    if (depth == 0 || pid <= 0)
        return pid;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    return nested_pid(path, depth, &depths);
}

static bool outer_is_ours(void)
{
    char path[64];
    int depths;
    if (jg_linux.outer_proc < 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d/self/status", jg_linux.outer_proc);
    nested_pid(path, 0, &depths);
    return depths == 1;
}

static bool add(struct snapshot *snapshot, struct entry entry)
{
    if (snapshot->count == snapshot->room) {
        size_t room = snapshot->room > 0 ? snapshot->room * 2 : 64;
        struct entry *at = realloc(snapshot->at, room * sizeof *at);
        if (at == NULL)
            return false;
        snapshot->at = at;
        snapshot->room = room;
    }
    snapshot->at[snapshot->count++] = entry;
    return true;
}

static bool collect(struct snapshot *snapshot, struct jg_os_job *job, int depth, struct jg_err *err)
{
    struct jg_pids pids = {0};
    depth += job->isolate;
    bool ok = job->ops->pids(job, &pids, err);
    for (size_t i = 0; ok && i < pids.count; i++)
        ok = add(snapshot, (struct entry){pids.at[i], depth, jg_job_frozen(job), job->code != 0}) ||
             jg_err_set(err, ENOMEM, "cannot list the job's processes");
    jg_pids_free(&pids);
    for (struct jg_os_job *child = job->children; ok && child != NULL; child = child->next)
        ok = collect(snapshot, child, depth, err);
    return ok;
}

static int by_pid(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static const char *read_command(pid_t pid, char state, char *text, const char *name)
{
    bool there = jg_procstat_command(pid, text, COMMAND_SIZE);
    /* a spawn has succeeded when exec can't fail any more, and a little later there are arguments to see */
    for (int i = 0; i < PATIENCE && !there && (state == 'R' || state == 'D'); i++) {
        sched_yield();
        there = jg_procstat_command(pid, text, COMMAND_SIZE);
    }
    return there ? text : name;
}

/* One whose job was just closed is in no list of ours any more, but may not have ended yet. */
static bool is_reaper(const struct jg_procstat *stat)
{
    return strcmp(stat->name, "jghost-reaper") == 0;
}

static void tell(struct snapshot *snapshot, const struct entry *entry, jg_os_process_each_fn *each, void *argument)
{
    struct jg_procstat stat;
    if (!jg_procstat_read(entry->pid, &stat))
        return;
    struct jg_os_process_info info = {
        .local_pid = entry->pid,
        .pid = inside_pid(entry->pid, entry->depth),
        .host_pid = snapshot->outer_is_ours ? entry->pid : jg_fdinfo_translate(jg_linux.outer_proc, entry->pid),
        .parent = inside_pid(stat.parent, entry->depth),
        .local_parent = stat.parent,
        .name = stat.name,
        .command = read_command(entry->pid, stat.state, snapshot->command, stat.name),
        .state = jg_procstat_state(stat.state, entry->frozen),
        .started = snapshot->boot + stat.started,
        .age = fmax(0, jg_procstat_uptime() - stat.started),
        .user_time = stat.user_time,
        .system_time = stat.system_time,
        .memory = stat.memory,
        .threads = stat.threads,
        .ending = entry->ending,
        .internal = is_reaper(&stat),
    };
    if (info.pid > 0)
        each(&info, argument);
}

static void reapers(const struct jg_os_job *job, struct jg_pids *pids)
{
    for (; job != NULL; job = job->next) {
        if (job->link != NULL)
            jg_pids_add(pids, job->link->pid);
        reapers(job->children, pids);
    }
}

static bool is_reaper_pid(pid_t pid)
{
    struct jg_procstat stat;
    return jg_procstat_read(pid, &stat) && is_reaper(&stat);
}

/* Everybody below init, but us and the reapers, who are no work of the script's. */
static bool collect_run(struct snapshot *snapshot, struct jg_os_loop *loop, struct jg_err *err)
{
    struct jg_pids all = {0}, ours = {0}, none = {0};
    jg_pids_add(&ours, loop->self);
    reapers(loop->jobs, &ours);
    bool ok = jg_proctree_descendants(getppid(), &none, &all);
    for (size_t i = 0; ok && i < all.count; i++)
        ok = jg_pids_has(&ours, all.at[i]) || is_reaper_pid(all.at[i]) ||
             add(snapshot, (struct entry){.pid = all.at[i]});
    if (!ok)
        jg_err_set(err, errno, "cannot list the run's processes");
    jg_pids_free(&all);
    jg_pids_free(&ours);
    return ok;
}

static void tell_all(struct snapshot *snapshot, jg_os_process_each_fn *each, void *argument)
{
    if (snapshot->count > 0)
        qsort(snapshot->at, snapshot->count, sizeof *snapshot->at, by_pid);
    for (size_t i = 0; i < snapshot->count; i++)
        if (i == 0 || snapshot->at[i].pid != snapshot->at[i - 1].pid)
            tell(snapshot, &snapshot->at[i], each, argument);
}

/* Two are needed at once to tell of a process. Without them only half of it would be told, as if that were all. */
static bool has_descriptors(void)
{
    int one = open("/", O_PATH | O_CLOEXEC), two = open("/", O_PATH | O_CLOEXEC), error = errno;
    if (one >= 0)
        close(one);
    if (two >= 0)
        close(two);
    errno = error;
    return two >= 0;
}

static bool open_snapshot(struct snapshot *snapshot, struct jg_err *err)
{
    *snapshot = (struct snapshot){
        .outer_is_ours = outer_is_ours(), .boot = jg_procstat_boot_time(), .command = malloc(COMMAND_SIZE)};
    if (snapshot->command == NULL)
        return jg_err_set(err, ENOMEM, "cannot list the processes");
    return has_descriptors() || jg_err_set(err, errno, "cannot list the processes");
}

static void close_snapshot(struct snapshot *snapshot)
{
    free(snapshot->at);
    free(snapshot->command);
}

bool jg_os_job_processes(struct jg_os_job *job, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct snapshot snapshot;
    bool ok = open_snapshot(&snapshot, err) && collect(&snapshot, job, 0, err);
    if (ok)
        tell_all(&snapshot, each, argument);
    close_snapshot(&snapshot);
    return ok;
}

bool jg_os_loop_processes(struct jg_os_loop *loop, jg_os_process_each_fn *each, void *argument, struct jg_err *err)
{
    struct snapshot snapshot;
    bool ok = open_snapshot(&snapshot, err) && collect_run(&snapshot, loop, err);
    if (ok)
        tell_all(&snapshot, each, argument);
    close_snapshot(&snapshot);
    return ok;
}
