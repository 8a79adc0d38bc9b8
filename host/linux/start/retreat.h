/*
** retreat.h: the guard makes room in its cgroup.
**
** A cgroup with processes can't hand controllers down, and nobody in a pid namespace can move the guard, who is
** outside of it. So the harness asks it, through a socket of which only the two have an end, to move into a cgroup
** inside the one that both are in. Until it goes back nobody can enter the one around it; so there is somebody else for
** that, should it be killed: janitor.c.
*/
#ifndef JG_RETREAT_H
#define JG_RETREAT_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct jg_retreat {
    char leaf[PATH_MAX]; /* where the guard is then; empty text: it is where it was */
    pid_t janitor;
};

/* Both ends of the socket, the guard's first; the caller's to close. False: errno says why. */
bool jg_retreat_open(int sockets[2]);

/* Harness: has the guard move to the directory `path`, which exists. Waits until it has, for five seconds at the most.
** False: errno says why. */
bool jg_retreat_ask(int socket, const char *path);

/* Guard, of which `guard` is a pidfd: does what is asked for. False: nobody will ask any more. */
bool jg_retreat_serve(int socket, int guard, struct jg_retreat *retreat);

/* Guard, when all is over: goes back, as far as that can be, and removes the directory. */
void jg_retreat_undo(struct jg_retreat *retreat);

/* The same for whoever is in the directory, the guard or the janitor. False: not all of it could be done yet. */
bool jg_retreat_give_back(const char *leaf);

#endif
