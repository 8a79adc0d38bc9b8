/*
** job.h: what the backend knows of a job.
*/
#ifndef JG_JOB_H
#define JG_JOB_H

#include "../../common/jobtree.h"
#include "../loop/loop.h"
#include "../procfs/pids.h"

struct jg_os_process;
struct jg_cgroup;
struct jg_link;
struct jg_stranger;

/* How a job keeps its processes together. */
struct jg_job_ops {
    bool (*spawn)(struct jg_os_job *job, struct jg_os_process *process, const struct jg_os_command *command,
                  struct jg_err *err);
    bool (*terminate)(struct jg_os_job *job, struct jg_err *err);
    bool (*freeze)(struct jg_os_job *job, bool frozen, struct jg_err *err);
    bool (*usage)(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err);
    /* The pids of this job alone, as we see them. */
    bool (*pids)(struct jg_os_job *job, struct jg_pids *pids, struct jg_err *err);
    bool (*vacant)(struct jg_os_job *job);
    void (*dispose)(struct jg_os_job *job);
};

extern const struct jg_job_ops jg_cgroup_ops;   /* a cgroup, our own children */
extern const struct jg_job_ops jg_reaper_ops;   /* a reaper and its children */
extern const struct jg_job_ops jg_combined_ops; /* a cgroup, a reaper's children: an isolated job */

struct jg_os_job {
    const struct jg_job_ops *ops;
    struct jg_os_loop *loop;
    struct jg_os_job *parent, *children; /* the parent is NULL in the outermost */
    struct jg_os_job *next, **self;      /* among its parent's children */
    jg_os_job_emptied_fn *emptied;
    void *owner;
    struct jg_os_process *processes; /* that we started and that haven't ended */
    struct jg_cgroup *cgroup;        /* or NULL */
    struct jg_link *link;            /* to its reaper, or NULL */
    struct jg_stranger *strangers;   /* waited for, but not started by us */
    struct jg_watch events;          /* of the cgroup */
    int live;                        /* how many are in `processes` */
    int holds;
    uint32_t code; /* not 0: its processes are being ended */
    bool isolate, populated, frozen, released;
    double user_time, system_time;     /* of those that a reaper saw ending */
    int64_t read_bytes, written_bytes; /* of those that have ended */
    int64_t most_read, most_written;   /* that was ever told of it */
    int64_t peak_memory;               /* in the cgroups that it had before this one */
    double limit[JG_LIMIT_COUNT];      /* 0: none */
};

/* Is it isolated, or any job around it? */
bool jg_job_isolated(const struct jg_os_job *job);

/* The link that a job inside `job` has to start from: of the nearest job that has one; NULL: none has. */
struct jg_link *jg_job_nearest_link(const struct jg_os_job *job);

/* Frees all jobs though somebody is left in them: the run's end will end those. */
void jg_jobs_abandon(struct jg_os_loop *loop);

/* Removes the run's cgroups, once there is no job. */
void jg_job_close_cgroups(struct jg_os_loop *loop);

#endif
