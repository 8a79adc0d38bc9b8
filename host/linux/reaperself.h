/*
** reaperself.h: what a reaper's files know of each other.
*/
#ifndef JG_REAPERSELF_H
#define JG_REAPERSELF_H

#include "outbox.h"
#include "pids.h"

struct jg_reaper {
    int socket;
    int signals;             /* a signalfd of SIGCHLD */
    bool isolated;
    bool legacy;             /* see jg_birth_start */
    struct jg_outbox box;
    struct jg_pids nested;   /* reapers of jobs inside this one: our children, but not in the job */
    struct jg_pids stopped;  /* who was stopped by a freeze */
    long children;           /* about how many there are */
    uint64_t served, told;   /* spawns served; how many of them an EMPTY has covered */
    int64_t swept, sweep_at; /* milliseconds; when all children were last looked at, and will be; 0: needn't */
    void *stack;             /* where processes are born */
    char *text;              /* a request's */
};

/* Serves SPAWN. Takes the descriptors. */
void jg_reaper_spawn(struct jg_reaper *reaper, const struct jg_reaper_message *message, struct jg_reaper_fds *fds);

/* Serves FREEZE and THAW. */
void jg_reaper_freeze(struct jg_reaper *reaper);
void jg_reaper_thaw(struct jg_reaper *reaper);

#endif
