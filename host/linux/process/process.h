/*
** process.h: what the backend knows of a process.
*/
#ifndef JG_PROCESS_H
#define JG_PROCESS_H

#include "../cgroup/cgrouplimit.h"
#include "../loop/loop.h"

struct rusage;

enum jg_process_state {
    JG_PROCESS_STARTING, /* in a slot, or asked of a reaper */
    JG_PROCESS_SETTLED,  /* the outcome is known, `spawned` hasn't come */
    JG_PROCESS_RUNNING,
    JG_PROCESS_ENDED,
};

/* Kept small: there may be ten thousand of them. */
struct jg_os_process {
    struct jg_watch watch; /* of pidfd */
    struct jg_os_loop *loop;
    struct jg_os_job *job;              /* NULL: in none */
    struct jg_os_process *next, **link; /* in the job, or in the loop */
    struct jg_os_process *chain;        /* among the settled, or in a reaper's map */
    struct jg_slot *slot;               /* where it is born */
    void (*spawned)(void *owner, const struct jg_err *err);
    void (*ended)(void *owner, const struct jg_os_status *status);
    void *owner;
    struct jg_limit_counts limits; /* as they were at its start */
    int pidfd;                     /* -1: none */
    pid_t pid;                     /* as its own world sees it; -1: not known yet */
    pid_t host_pid;                /* 0: not asked yet */
    int error;                     /* of its exec */
    uint8_t stage;                 /* of its birth: what failed */
    uint8_t state;
    bool released;
    bool child; /* ours to reap */
    bool open;  /* by jg_os_process_open: somebody else's */
};

/* A new one in state STARTING, in the list of `job`. NULL if there is no memory. */
struct jg_os_process *jg_process_new(struct jg_os_loop *loop, struct jg_os_job *job,
                                     const struct jg_os_process_events *events, void *owner);

/* Takes it out of its list, frees it and closes its pidfd; no callback. */
void jg_process_free(struct jg_os_process *process);

/* It is born and has its pidfd, which is the process's own: waits for its end, by itself if it is our child. */
bool jg_process_watch(struct jg_os_process *process, struct jg_err *err);

/* Delivers `spawned`. After a failure the process is gone. */
void jg_process_tell_spawned(struct jg_os_process *process);

/* Delivers `ended`, counts it in its job, frees it if it was released. */
void jg_process_tell_ended(struct jg_os_process *process, const struct jg_os_status *status);

/* Takes an ended child off the kernel's hands, waiting for its end if `wait`. False: it hasn't ended. Not `known`:
** somebody else has taken it. */
bool jg_process_reap(struct jg_os_process *process, bool wait, struct jg_os_status *status);

/* How a process ended, from waitid's and from getrusage's words. */
void jg_status_fill(struct jg_os_status *status, int code, int signal, const struct rusage *usage);

/* Forgets the processes that are in no job. */
void jg_processes_forget(struct jg_os_loop *loop);

#endif
