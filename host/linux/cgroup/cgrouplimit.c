/*
** cgrouplimit.c: limits of jobs, by controllers of their cgroups, and which of them was reached.
*/
#define _GNU_SOURCE
#include "cgrouplimit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../job/cputime.h"
#include "../job/job.h"
#include "../native.h"
#include "../process/birth.h"
#include "../process/process.h"
#include "../reaper/link.h"
#include "cgroup.h"
#include "cgroupcontrol.h"
#include "cgroupfile.h"
#include "cgroupplace.h"
#include "cgrouprenew.h"
#include "cgrouprun.h"
#include "cgroupwhy.h"

enum { PERIOD = 100000 }; /* microseconds; what the kernel takes by itself */

/* More than any machine has, and no more than the kernel takes as a number: what is larger is no limit for it. */
static const double MOST_MEMORY = 0x1p62, MOST_PROCESSES = 4194304, MOST_CPUS = 1e6;

static bool write_number(struct jg_cgroup *cgroup, const char *file, double value, double most)
{
    char text[32];
    snprintf(text, sizeof text, value <= most ? "%.0f" : "max", value);
    return jg_cgroupfile_write(cgroup, file, text);
}

/* Not by swapping out, either; and who needs more than there is takes the whole job along, so that nobody is left
** who waits for one that is gone. */
static bool limit_memory(struct jg_cgroup *cgroup, double bytes)
{
    return write_number(cgroup, "memory.max", bytes, MOST_MEMORY) &&
           jg_cgroupfile_write(cgroup, "memory.oom.group", "1") &&
           (jg_cgroupfile_write(cgroup, "memory.swap.max", "0") || errno == ENOENT);
}

static bool limit_processes(struct jg_cgroup *cgroup, double count)
{
    return write_number(cgroup, "pids.max", count, MOST_PROCESSES);
}

static bool limit_cpus(struct jg_cgroup *cgroup, double cpus)
{
    char text[64];
    snprintf(text, sizeof text, cpus <= MOST_CPUS ? "%.0f %d" : "max", cpus * PERIOD, PERIOD);
    return jg_cgroupfile_write(cgroup, "cpu.max", text);
}

static const struct {
    enum jg_controller controller;
    bool (*set)(struct jg_cgroup *cgroup, double value);
} limits[] = {
    [JG_LIMIT_MEMORY] = {JG_CONTROLLER_MEMORY, limit_memory},
    [JG_LIMIT_PROCESSES] = {JG_CONTROLLER_PIDS, limit_processes},
    [JG_LIMIT_CPUS] = {JG_CONTROLLER_CPU, limit_cpus},
};

static bool set(struct jg_cgroup *cgroup, enum jg_limit limit, double value, struct jg_err *err)
{
    if (cgroup == NULL)
        return jg_err_set(err, JG_NATIVE_NO_CONTROLLER, "cannot limit");
    if (!jg_cgroup_control(cgroup, limits[limit].controller, err))
        return false;
    cgroup->limited = cgroup->limited || limit == JG_LIMIT_MEMORY;
    cgroup->restrained = true;
    return limits[limit].set(cgroup, value) || jg_err_set(err, errno, "cannot limit");
}

/* Those around it may have to move their processes, and those that they are asked to start must be there by then. */
static bool set_settled(struct jg_os_job *job, enum jg_limit limit, double value, struct jg_err *err)
{
    for (const struct jg_os_job *outer = job->parent; outer != NULL; outer = outer->parent)
        jg_link_settle(outer);
    return set(job->cgroup, limit, value, err);
}

/* Did its cgroup come to be before we found a better place for them? */
static bool outdated(const struct jg_os_job *job)
{
    const struct jg_cgroup *outermost = job->cgroup;
    while (outermost != NULL && outermost->parent != NULL)
        outermost = outermost->parent;
    return job->loop->cgroups != NULL && outermost != jg_cgroup_run_root(job->loop->cgroups);
}

/* Where its cgroup is it can't have the controller. */
static bool find_place(struct jg_os_job *job, enum jg_controller controller, struct jg_err *err)
{
    if (!outdated(job) && !jg_cgroup_place_for(job->loop, controller))
        return false;
    return !outdated(job) || jg_cgroup_move(job, err);
}

bool jg_limit_of_memory(const struct jg_os_job *job)
{
    while (job != NULL && job->limit[JG_LIMIT_MEMORY] == 0)
        job = job->parent;
    return job != NULL;
}

/*
** Who is started in the job can be killed before its exec by then, and the kernel kills everybody who shares the memory
** of who runs out of it. So it mustn't be ours: the job's reaper starts its processes, by a fork.
*/
static bool keep_apart(struct jg_os_job *job, struct jg_err *err)
{
    if (job->link == NULL && !jg_link_open(job, err)) {
        jg_cgroupfile_write(job->cgroup, "memory.max", "max");
        return jg_err_set(err, err->native, "cannot limit");
    }
    job->ops = &jg_combined_ops;
    return true;
}

/* The caller watches the processor time, of which no controller keeps a sum. */
bool jg_os_job_limit(struct jg_os_job *job, enum jg_limit limit, double value, struct jg_err *err)
{
    if (limit == JG_LIMIT_CPU_TIME)
        return jg_cputime_keep(job->loop, err);
    bool ok = set_settled(job, limit, value, err);
    if (!ok && err->kind == JG_ERR_NOT_SUPPORTED && find_place(job, limits[limit].controller, err))
        ok = set(job->cgroup, limit, value, err);
    if (!ok && err->native == JG_NATIVE_NO_CONTROLLER)
        return jg_cgroup_why(job->loop, limits[limit].controller, err);
    ok = ok && (limit != JG_LIMIT_MEMORY || keep_apart(job, err));
    if (ok)
        job->limit[limit] = value;
    return ok;
}

bool jg_limit_again(struct jg_os_job *job, struct jg_err *err)
{
    bool ok = true;
    for (int limit = 0; ok && limit < JG_LIMIT_COUNT; limit++)
        if (job->limit[limit] > 0)
            ok = set(job->cgroup, (enum jg_limit)limit, job->limit[limit], err);
    return ok;
}

/* ---- which was reached? ---- */

/* How often the job's own limit was: the kernel counts it where the limit is. */
static uint32_t count_memory(const struct jg_cgroup *cgroup)
{
    int64_t count = jg_cgroupfile_number(cgroup->dir, "memory.events.local", "oom");
    return count > 0 ? (uint32_t)count : 0;
}

/* How many of those who are in it, and not in one inside it, were killed. */
static uint32_t count_killed(const struct jg_cgroup *cgroup)
{
    int64_t count = -1;
    if (cgroup->home >= 0)
        count = jg_cgroupfile_number(cgroup->home, "memory.events.local", "oom_kill");
    if (count < 0)
        count = jg_cgroupfile_number(cgroup->dir, "memory.events.local", "oom_kill");
    return count > 0 ? (uint32_t)count : 0;
}

/* How often somebody couldn't fork: before Linux 6.11 it is counted where they were, since then where the limit is. */
static uint32_t count_processes(const struct jg_cgroup *cgroup)
{
    int64_t count = jg_cgroupfile_number(cgroup->dir, "pids.events", "max");
    int64_t home = cgroup->home >= 0 ? jg_cgroupfile_number(cgroup->home, "pids.events", "max") : 0;
    return (count > 0 ? (uint32_t)count : 0) + (home > 0 ? (uint32_t)home : 0);
}

struct jg_limit_counts jg_limit_counts(const struct jg_os_job *job)
{
    struct jg_limit_counts counts = {0};
    bool processes = false;
    if (job != NULL && job->cgroup != NULL && jg_limit_of_memory(job))
        counts.killed = count_killed(job->cgroup);
    for (const struct jg_os_job *outer = job; outer != NULL; outer = outer->parent) {
        processes = processes || outer->limit[JG_LIMIT_PROCESSES] > 0;
        if (outer->limit[JG_LIMIT_MEMORY] > 0)
            counts.memory += count_memory(outer->cgroup);
    }
    for (; processes && job != NULL; job = job->parent)
        counts.processes += job->cgroup != NULL ? count_processes(job->cgroup) : 0;
    return counts;
}

void jg_limit_explain(const struct jg_os_process *process, struct jg_err *err)
{
    const struct jg_os_job *job = process->job;
    if (job != NULL && job->cgroup != NULL && strcmp(err->what, jg_birth_what(JG_BIRTH_START)) == 0)
        jg_err_set(err, jg_cgroup_error(err->native), err->what);
    if (err->native == EAGAIN && jg_limit_counts(process->job).processes != process->limits.processes)
        jg_err_set(err, JG_NATIVE_PROCESS_LIMIT, err->what);
    if (err->native == ENOMEM && jg_limit_counts(process->job).memory != process->limits.memory)
        jg_err_set(err, JG_NATIVE_MEMORY_LIMIT, err->what);
}

/*
** The limit is counted first, then the kernel chooses whom it kills: that may be somebody who is started in between.
*And
** after a while the job may have got another cgroup, where nothing has been counted yet.
*/
static bool out_of_memory(const struct jg_limit_counts *now, const struct jg_limit_counts *before)
{
    return now->memory > before->memory || (now->memory > 0 && now->killed > before->killed);
}

enum jg_limit jg_limit_reached(const struct jg_os_process *process, const struct jg_os_status *status)
{
    if (!status->known || (status->exit.signal == 0 && status->exit.code == 0))
        return JG_LIMIT_NONE;
    struct jg_limit_counts now = jg_limit_counts(process->job);
    if (status->exit.signal == SIGKILL && out_of_memory(&now, &process->limits))
        return JG_LIMIT_MEMORY;
    return now.processes > process->limits.processes ? JG_LIMIT_PROCESSES : JG_LIMIT_NONE;
}
