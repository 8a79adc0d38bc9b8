/*
** linux.h: what all the files below this folder know of each other.
**
** On Linux one run is three processes:
**
**   guard    the process that the user started. Outside of the namespace, a subreaper.
**   init     the first process of the pid namespace (at level `reaper`, a second subreaper instead):
**            reaps what is reparented to it, makes job reapers on request, ends when the harness does.
**   harness  the child of init that has Lua. An ordinary process: it is not pid 1, so signals, abort,
**            popen and a C module's own fork and waitpid work in it as they do anywhere.
**
** With --allow-detach there is a fourth, outside of all this: the detacher.
*/
#ifndef JG_LINUX_H
#define JG_LINUX_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "../os.h"
#include "procfs/orphans.h"

/* Where they are made first, and where they can have controllers. */
enum { JG_CGROUPS = 2 };

/* Some pages, shared by guard, init and harness. */
struct jg_shared {
    struct jg_err refused; /* why the level could not be entered; kind JG_ERR_OK if it could */
    struct jg_guarantee guarantee;
    bool user_namespace; /* the level was entered without privilege, by a user namespace */
    bool hung_up;        /* the harness has found its terminal gone, without a SIGHUP from anybody */
    unsigned orders;     /* the guard's to init; see orders.h */
    bool ending;         /* init is ending everybody */
    bool has_result;     /* init has seen the harness end, like this: */
    struct jg_exit result;
    _Atomic double raised;         /* when the harness's script has last been interrupted; 0: never */
    _Atomic double consumed;       /* when the harness had dealt with an interrupt and went on; 0: never */
    char cgroup[JG_CGROUPS][1024]; /* this run's own cgroups, or empty: the guard removes them at the end */
    pid_t detacher;                /* for the guard, from who made it; or minus an errno */
    unsigned last_cgroup;          /* the number that was given to a cgroup last */
    struct jg_orphans orphans[JG_ORPHAN_NUMBERS]; /* by those numbers */
};

struct jg_linux {
    struct jg_shared *shared;
    int outer_proc;         /* /proc as it was before the namespace, O_PATH; -1 if there is none */
    int init_socket;        /* harness: asks init for job reapers; see reaper.h */
    int guard_socket;       /* harness: asks the guard to make room; see retreat.h */
    int detach_socket;      /* harness: asks the detacher, see detacher.h; -1: this run may not detach */
    sigset_t original_mask; /* the signal mask that jghost was started with; children get it back */
    pid_t guard_host_pid;   /* the guard's pid as its user sees it */
    bool own_session;       /* level `reaper`: of init, and of the reapers that it forks */
};

/* Seconds of the monotonic clock. May be called in a signal handler. */
double jg_monotonic(void);

/* The one record of the process's own; filled by start-up, read by the rest. */
extern struct jg_linux jg_linux;

#endif
