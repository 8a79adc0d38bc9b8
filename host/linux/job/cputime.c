/*
** cputime.c: the processor time of a job, of which a limit is watched.
**
** A limit that isn't looked at while no descriptor is free would be none for who opens them all, so those that a look
** needs are kept open by then, and closed for its time.
*/
#define _GNU_SOURCE
#include "cputime.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "../cgroup/cgroupfile.h"
#include "job.h"
#include "usage.h"

static bool keep(struct jg_os_loop *loop)
{
    bool ok = true;
    for (int i = 0; i < JG_KEPT; i++) {
        if (loop->kept[i] < 0)
            loop->kept[i] = fcntl(loop->slots.placeholder, F_DUPFD_CLOEXEC, 0);
        ok = ok && loop->kept[i] >= 0;
    }
    return ok;
}

bool jg_cputime_keep(struct jg_os_loop *loop, struct jg_err *err)
{
    return keep(loop) || jg_err_set(err, errno, "cannot limit");
}

void jg_cputime_let_go(struct jg_os_loop *loop)
{
    for (int i = 0; i < JG_KEPT; i++) {
        if (loop->kept[i] >= 0)
            close(loop->kept[i]);
        loop->kept[i] = -1;
    }
}

static bool of_cgroup(const struct jg_cgroup *cgroup, double *seconds, struct jg_err *err)
{
    int64_t used = jg_cgroupfile_number(cgroup->dir, "cpu.stat", "usage_usec");
    if (used < 0)
        return jg_err_set(err, jg_cgroup_error(errno), "cannot tell what the job has used");
    *seconds = (double)used / 1e6 - cgroup->base_user - cgroup->base_system;
    return true;
}

static bool of_processes(struct jg_os_job *job, double *seconds, struct jg_err *err)
{
    struct jg_os_usage usage;
    if (!jg_usage_of_processes(job, &usage, err))
        return false;
    *seconds = usage.user_time + usage.system_time;
    return true;
}

bool jg_os_job_cpu_time(struct jg_os_job *job, double *seconds, struct jg_err *err)
{
    jg_cputime_let_go(job->loop);
    bool ok = job->cgroup != NULL ? of_cgroup(job->cgroup, seconds, err) : of_processes(job, seconds, err);
    keep(job->loop);
    return ok;
}
