/*
** reaperself.h: what a reaper's files know of each other.
*/
#ifndef JG_REAPERSELF_H
#define JG_REAPERSELF_H

#include "../process/birth.h"
#include "../procfs/pids.h"
#include "outbox.h"

enum { JG_REAPER_RECENT = 64 };

struct jg_reaper {
    int socket;
    int signals; /* a signalfd of SIGCHLD */
    bool isolated;
    bool legacy; /* see jg_birth_start */
    struct jg_outbox box;
    struct jg_pids nested;          /* reapers of jobs inside this one: our children, but not in the job */
    struct jg_pids stopped;         /* who was stopped by a freeze */
    long children;                  /* how many there are at least */
    pid_t recent[JG_REAPER_RECENT]; /* children that were started last; 0: ended */
    uint64_t served, told;          /* spawns served; how many of them an EMPTY has covered */
    int64_t sweep_next, sweep_at;   /* milliseconds: when all children may be looked at, and will be; 0: needn't */
    void *stack;                    /* where processes are born */
    struct jg_birth *birth;         /* the one of the moment, in memory that even a fork shares */
    char *text;                     /* a request's */
};

/* Serves SPAWN. Takes the descriptors. */
void jg_reaper_spawn(struct jg_reaper *reaper, const struct jg_reaper_message *message, struct jg_reaper_fds *fds);

/* Serves FREEZE and THAW: 0, or why it couldn't be done. A freeze that couldn't be has been undone. */
int jg_reaper_freeze(struct jg_reaper *reaper);
int jg_reaper_thaw(struct jg_reaper *reaper);

/* For jg_ender: is this child another job's reaper? This one has been reaped. */
bool jg_reaper_is_nested(void *reaper, pid_t pid);
void jg_reaper_report(void *reaper, pid_t pid, int status, const struct rusage *usage);

/* Says so if nobody is left in the job, once for each spawn or more. */
void jg_reaper_tell_empty(struct jg_reaper *reaper);

/* SIGCHLD has come. */
void jg_reaper_on_signals(struct jg_reaper *reaper);

/* Looks at all children. */
void jg_reaper_sweep(struct jg_reaper *reaper);

/* In how many milliseconds that is to be done; -1: needn't. */
int jg_reaper_sweep_due(const struct jg_reaper *reaper);

#endif
