/*
** fdinfo.h: which process does a pidfd mean?
*/
#ifndef JG_FDINFO_H
#define JG_FDINFO_H

#include <sys/types.h>

/* The pid as it is in the namespace of that /proc; -1 if it isn't there, or has ended and was reaped.
** `proc` is a descriptor of the directory. */
pid_t jg_fdinfo_pid(int proc, int pidfd);

/* The same by our own /proc: as we see it. */
pid_t jg_fdinfo_local_pid(int pidfd);

/* The pid as it is in the namespace of `proc`, by a pid of our own namespace. */
pid_t jg_fdinfo_translate(int proc, pid_t pid);

#endif
