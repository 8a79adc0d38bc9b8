/*
** run.h: what the guard's steps on Linux know of each other.
*/
#ifndef JG_LINUX_RUN_H
#define JG_LINUX_RUN_H

#include "../detach/detacher.h"
#include "../procfs/pids.h"
#include "retreat.h"
#include "start.h"

struct jg_os_run {
    struct jg_os_start start;
    int signals; /* signalfd: what is passed on to the harness, and SIGCHLD */
    int asked;   /* our end of the socket of retreat.h; -1: nobody asks any more */
    struct jg_retreat retreat;
    int init; /* pidfd of the job's first process; at level `autokill` the handle that ends it */
    pid_t init_pid;
    bool user_namespace;
    bool ended; /* init has been reaped, with this status: */
    int status;
    struct jg_detacher detacher;
    struct jg_pids foreign; /* children that are spared: those of before this was jghost ("x & exec jghost") */
};

/* Kills init. It may be waited for then. */
void jg_run_end_init(struct jg_os_run *run);

/* Waits until init has ended, and with it all that was in its namespace. */
void jg_run_reap_init(struct jg_os_run *run);

/* At level `reaper` init may have been killed: ends what it looked after, which has come to us then. */
void jg_run_end_descendants(struct jg_os_run *run);

#endif
