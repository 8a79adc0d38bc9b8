/*
** detacher.h: the process that starts what is meant to outlive the run.
**
** First it says JG_REAPER_READY (error), to the guard. Then the harness asks it over the same socket, by
** JG_REAPER_SPAWN with the descriptors for 0, 1 and 2; the answer is JG_REAPER_SPAWNED (pid; id: when, in seconds since
** the epoch) or JG_REAPER_FAILED (error, stage).
*/
#ifndef JG_DETACHER_H
#define JG_DETACHER_H

#include "../process/birth.h"

/* Besides the stages of a birth. */
enum { JG_DETACHER_AT_LOG = JG_BIRTH_START + 1 };

/* What the guard knows of it. */
struct jg_detacher {
    int pidfd;  /* -1: there is none */
    int life;   /* a pipe that only the guard can write to: the kernel kills the detacher when it is closed; -1 */
    int socket; /* the harness's end of its socket, on its way there; -1 */
};

/* All -1. */
extern const struct jg_detacher jg_detacher_none;

/* Makes it. In the guard, before it does anything about its children. jg_detacher_end is for what is there of it after
** a failure, too. */
bool jg_detacher_start(struct jg_detacher *detacher, struct jg_err *err);

/* In whoever is forked from the guard: what is the guard's alone is closed. */
void jg_detacher_forget(struct jg_detacher *detacher);

/* In the guard: the harness has its end of the socket now, as jg_linux.detach_socket. */
void jg_detacher_handed(struct jg_detacher *detacher);

/* In the guard, when the harness has ended: ends it, and waits until it has. */
void jg_detacher_end(struct jg_detacher *detacher);

/* The detacher's life, with its ends of socket and pipe. */
_Noreturn void jg_detacher_main(int socket, int life);

#endif
