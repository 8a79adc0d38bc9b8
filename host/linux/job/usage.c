/*
** usage.c: what a job has used, by its cgroup or by its processes.
*/
#define _GNU_SOURCE
#include "usage.h"

#include <errno.h>
#include <string.h>

#include "../cgroup/cgroup.h"
#include "../cgroup/cgroupfile.h"
#include "../procfs/orphans.h"
#include "../procfs/procstat.h"
#include "job.h"

static const struct jg_os_usage unknown = {
    .user_time = -1,
    .system_time = -1,
    .peak_memory = -1,
    .active_processes = -1,
    .total_processes = -1,
    .read_bytes = -1,
    .written_bytes = -1,
};

static int64_t at_least(int64_t value, int64_t least)
{
    return value > least ? value : least;
}

int64_t jg_usage_peak(const struct jg_os_job *job)
{
    int64_t peak = job->cgroup != NULL ? jg_cgroupfile_number(job->cgroup->dir, "memory.peak", "") : -1;
    return peak >= 0 ? at_least(peak, job->peak_memory) : -1;
}

/* Of those that have ended it is what they, and whom they waited for, had when they did. */
static void add_io(const struct jg_os_job *job, struct jg_os_usage *usage)
{
    usage->read_bytes += job->read_bytes;
    usage->written_bytes += job->written_bytes;
    for (const struct jg_os_job *child = job->children; child != NULL; child = child->next)
        add_io(child, usage);
}

/*
** Is it alive, but we may not look into it? One that is just ending has no memory any more, by which the kernel sees
** who may; who has ended counts when its parent has waited for it.
*/
static bool is_hidden(pid_t pid, int error)
{
    struct jg_procstat stat;
    return (error == EACCES || error == EPERM) && jg_procstat_read(pid, &stat) && !stat.ending;
}

/* If there is one who is hidden, the sum isn't known. */
static void add_live_io(const struct jg_pids *pids, struct jg_os_usage *usage)
{
    int64_t got, put;
    for (size_t i = 0; i < pids->count && usage->read_bytes >= 0; i++) {
        if (jg_procstat_io(pids->at[i], &got, &put)) {
            usage->read_bytes += got;
            usage->written_bytes += put;
        } else if (is_hidden(pids->at[i], errno)) {
            usage->read_bytes = usage->written_bytes = -1;
        }
    }
}

/* Whom init reaps. In it is whoever has ended since we looked at the living. */
static void add_orphans_io(const struct jg_cgroup *cgroup, struct jg_os_usage *usage)
{
    if (usage->read_bytes < 0)
        return;
    jg_orphans_await();
    struct jg_orphans_io io = jg_orphans_io(cgroup->number);
    bool counted = cgroup->number < JG_ORPHAN_NUMBERS;
    usage->read_bytes = counted ? usage->read_bytes + io.read_bytes - cgroup->base_io.read_bytes : -1;
    usage->written_bytes = counted ? usage->written_bytes + io.written_bytes - cgroup->base_io.written_bytes : -1;
}

/* Who ended a moment ago is neither among those that live nor among those that were reaped: it isn't less for that. */
static void keep_io(struct jg_os_job *job, struct jg_os_usage *usage)
{
    if (usage->read_bytes < 0 || usage->written_bytes < 0)
        return;
    usage->read_bytes = job->most_read = at_least(usage->read_bytes, job->most_read);
    usage->written_bytes = job->most_written = at_least(usage->written_bytes, job->most_written);
}

bool jg_usage_of_cgroup(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    const struct jg_cgroup *cgroup = job->cgroup;
    struct jg_pids pids = {0};
    *usage = unknown;
    if (!jg_cgroup_pids(cgroup, true, &pids)) { /* which takes more descriptors than all that is read after it */
        jg_pids_free(&pids);
        return jg_err_set(err, errno, "cannot tell what the job has used");
    }
    int64_t user = jg_cgroupfile_number(cgroup->dir, "cpu.stat", "user_usec");
    int64_t system = jg_cgroupfile_number(cgroup->dir, "cpu.stat", "system_usec");
    if (user >= 0 && system >= 0) {
        usage->user_time = (double)user / 1e6 - cgroup->base_user;
        usage->system_time = (double)system / 1e6 - cgroup->base_system;
    }
    usage->peak_memory = jg_usage_peak(job);
    usage->active_processes = (int64_t)pids.count;
    usage->read_bytes = usage->written_bytes = 0;
    add_io(job, usage);
    add_live_io(&pids, usage);
    add_orphans_io(cgroup, usage);
    keep_io(job, usage);
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
    keep_io(job, usage);
    return true;
}

bool jg_os_job_usage(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err)
{
    return job->ops->usage(job, usage, err);
}
