/*
** janitor.h: somebody who gives a guard's cgroup back if the guard can't.
*/
#ifndef JG_JANITOR_H
#define JG_JANITOR_H

#include <sys/types.h>

/* Guard: makes the janitor of the cgroup `leaf`, for retreat.c. `guard` is a pidfd of the guard. Its pid; -1: there is
** none, which only matters if the guard is killed. */
pid_t jg_janitor_start(int guard, const char *leaf);

/* Guard: ends it, and waits for that. */
void jg_janitor_end(pid_t janitor);

#endif
