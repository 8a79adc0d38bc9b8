/*
** autokill.h: a process whose pidfd is a kill-on-close handle.
*/
#ifndef JG_AUTOKILL_H
#define JG_AUTOKILL_H

#include <sys/types.h>

/*
** As fork, into the new namespaces of `flags` (CLONE_NEW...): *pidfd is the handle, close-on-exec, and the
** caller's alone. The kernel kills the process when it is closed, and reaps it by itself: its number may be somebody
** else's as soon as it has ended. With CLONE_NEWUSER, which needs no rights, the process and what it starts can't gain
** any (no_new_privs). -1 and errno: EINVAL before Linux 7.1.
*/
pid_t jg_autokill_fork(unsigned long flags, int *pidfd);

/* Waits until the process, which has ended, is reaped, for a second at the most, and returns how it ended, as
** waitpid(2) would tell; SIGKILL if that isn't known. */
int jg_autokill_status(int pidfd);

#endif
