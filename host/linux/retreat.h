/*
** retreat.h: the guard makes room in its cgroup.
**
** A cgroup with processes can't hand controllers down, and nobody in a pid namespace can move the guard, who is
** outside of it. So the harness asks it, through a socket of which only the two have an end, to move into a cgroup
** inside the one that both are in.
*/
#ifndef JG_RETREAT_H
#define JG_RETREAT_H

#include <limits.h>
#include <stdbool.h>

/* Both ends of the socket, the guard's first. */
bool jg_retreat_open(int sockets[2]);

/* Harness: has the guard move to the directory `path`, which exists. Waits until it has. False: errno says why. */
bool jg_retreat_ask(int socket, const char *path);

/* Guard: does what is asked for. `leaf` is where it is then, or stays as it is. False: nobody will ask any more. */
bool jg_retreat_serve(int socket, char leaf[PATH_MAX]);

/* Guard, when all is over: goes back, as far as that can be, and removes the directory, unless it is empty text. */
void jg_retreat_undo(const char *leaf);

#endif
