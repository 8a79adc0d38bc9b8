/*
** usage.c: what a job has used, by its cgroup or by its processes.
*/
#define _GNU_SOURCE
#include "usage.h"

#include "cgroup.h"
#include "cgroupfile.h"
#include "job.h"
#include "procstat.h"

static const struct jg_os_usage unknown = {
    .user_time = -1,
    .system_time = -1,
    .peak_memory = -1,
    .active_processes = -1,
    .total_processes = -1,
    .read_bytes = -1,
    .written_bytes = -1,
};

static int64_t total(const struct jg_os_job *job)
{
    int64_t sum = job->total;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        sum += total(child);
    return sum;
}

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

/* Of those that have ended it is what they, and whom they waited for, had when they did. */
static void add_io(const struct jg_os_job *job, struct jg_os_usage *usage)
{
    usage->read_bytes += job->read_bytes;
    usage->written_bytes += job->written_bytes;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        add_io(child, usage);
}

static void add_live_io(const struct jg_pids *pids, struct jg_os_usage *usage)
{
    int64_t got, put;
    for (size_t i = 0; i < pids->count; i++) {
        if (!jg_procstat_io(pids->at[i], &got, &put))
            continue;
        usage->read_bytes += got;
        usage->written_bytes += put;
    }
}

bool jg_usage_of_cgroup(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    const struct jg_cgroup *cgroup = job->cgroup;
    struct jg_pids pids = {0};
    (void)err;
    *usage = unknown;
    int64_t user = jg_cgroupfile_number(cgroup->dir, "cpu.stat", "user_usec");
    int64_t system = jg_cgroupfile_number(cgroup->dir, "cpu.stat", "system_usec");
    if (user >= 0 && system >= 0) {
        usage->user_time = (double)user / 1e6 - cgroup->base_user;
        usage->system_time = (double)system / 1e6 - cgroup->base_system;
    }
    usage->peak_memory = jg_cgroupfile_number(cgroup->dir, "memory.peak", "");
    if (jg_cgroup_pids(cgroup, true, &pids)) {
        usage->active_processes = (int64_t)pids.count;
        usage->read_bytes = usage->written_bytes = 0;
        add_io(job, usage);
        add_live_io(&pids, usage);
    }
    job->total += at_least(usage->active_processes - total(job), 0); /* what has been seen stays counted */
    usage->total_processes = total(job);
    jg_pids_free(&pids);
    return true;
}

static bool add_live(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    struct jg_pids pids = {0};
    bool ok = job->ops->pids(job, &pids, err);
    for (size_t i = 0; ok && i < pids.count; i++) {
        struct jg_procstat stat;
        if (!jg_procstat_read(pids.at[i], &stat) || stat.state == 'Z' || stat.state == 'X')
            continue;
        usage->active_processes++;
        usage->user_time += stat.user_time + stat.children_time[0];
        usage->system_time += stat.system_time + stat.children_time[1];
    }
    add_live_io(&pids, usage);
    jg_pids_free(&pids);
    usage->user_time += job->user_time;
    usage->system_time += job->system_time;
    for (struct jg_os_job *child = job->children; ok && child != NULL; child = child->next)
        ok = add_live(child, usage, err);
    return ok;
}

bool jg_usage_of_processes(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    *usage = unknown;
    usage->user_time = usage->system_time = 0;
    usage->active_processes = 0;
    usage->read_bytes = usage->written_bytes = 0;
    add_io(job, usage);
    if (!add_live(job, usage, err))
        return false;
    job->total += at_least(usage->active_processes - total(job), 0);
    usage->total_processes = total(job);
    return true;
}

bool jg_os_job_usage(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    return job->ops->usage(job, usage, err);
}
