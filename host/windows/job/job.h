/*
** job.h: what the backend knows of a job.
*/
#ifndef JG_JOB_H
#define JG_JOB_H

#include "../../common/jobtree.h"
#include "../loop/loop.h"

struct jg_os_process;

/* Processes that a freeze has suspended, by handles of ours. */
struct jg_suspended {
    struct jg_suspended_process {
        HANDLE handle;
        DWORD pid;
    } * at;
    size_t count, room;
};

struct jg_os_job {
    struct jg_event event; /* the system says that it has become empty */
    struct jg_event gone;  /* the system has nothing to say of it any more */
    HANDLE handle;
    struct jg_os_loop *loop;
    struct jg_os_job *parent, *children; /* the parent is NULL in the outermost */
    struct jg_os_job *next, **self;      /* among its parent's children */
    jg_os_job_emptied_fn *emptied;
    void *owner;
    struct jg_os_process *processes; /* that we started and that haven't ended */
    struct jg_suspended suspended;
    int live; /* how many are in `processes` */
    int holds;
    uint32_t code;                               /* that its processes are being ended with; 0: they aren't */
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits; /* as we have set them */
    double cpus;                                 /* processors' worth of time that it may have; 0: no limit */
    LONG reached[JG_LIMIT_COUNT];                /* how often each limit was; the messages' thread counts */
    bool populated, frozen, released;
};

/* For a freeze. One that ends meanwhile, or whose number somebody outside of the job has, is as good as suspended. */
bool jg_job_suspend(struct jg_os_job *job, DWORD pid, struct jg_err *err);

/* Resumes what a freeze has suspended, and closes its handles. */
void jg_job_thaw(struct jg_os_job *job);

/* How many jobs it is in, itself included. */
size_t jg_job_depth(const struct jg_os_job *job);

/* The handles of those, the outermost first: jg_job_depth of them. They stay the jobs'. */
void jg_job_chain(const struct jg_os_job *job, HANDLE *handles);

#endif
