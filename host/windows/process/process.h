/*
** process.h: what the backend knows of a process.
*/
#ifndef JG_PROCESS_H
#define JG_PROCESS_H

#include "../job/limit.h"
#include "../loop/loop.h"

enum jg_process_state {
    JG_PROCESS_SETTLED, /* it runs, but `spawned` hasn't come */
    JG_PROCESS_RUNNING,
    JG_PROCESS_ENDED,
};

/* Kept small: there may be ten thousand of them. */
struct jg_os_process {
    struct jg_event event; /* it has ended */
    struct jg_os_loop *loop;
    struct jg_os_job *job;              /* NULL: in none */
    struct jg_os_process *next, **link; /* in the job, or in the loop */
    struct jg_os_process *chain;        /* among the settled */
    void (*spawned)(void *owner, const struct jg_err *err);
    void (*ended)(void *owner, const struct jg_os_status *status);
    void *owner;
    struct jg_limit_counts limits; /* as they were at its start */
    HANDLE handle;                 /* NULL: none. While we have it, the number isn't given to anybody else */
    HANDLE wait;                   /* the thread pool's; NULL: it doesn't wait */
    DWORD pid;
    uint8_t state;
    bool released;
    bool open;         /* by jg_os_process_open: somebody else's */
    bool has_terminal; /* of its own, where our console's interrupts don't reach */
};

/* A new one in the list of `job`, in state SETTLED. NULL if there is no memory. */
struct jg_os_process *jg_process_new(struct jg_os_loop *loop, struct jg_os_job *job,
                                     const struct jg_os_process_events *events, void *owner);

/* Takes it out of its list and frees it and its handle; no callback. */
void jg_process_free(struct jg_os_process *process);

/* It is this one, whose handle is the process's from now on, after a failure, too: waits for its end. */
bool jg_process_watch(struct jg_os_process *process, HANDLE handle, DWORD pid, struct jg_err *err);

/* Forgets the processes that are in no job. */
void jg_processes_forget(struct jg_os_loop *loop);

#endif
