/*
** child_linux.h: what the files of the test child's Linux half know of each other.
*/
#ifndef CHILD_LINUX_H
#define CHILD_LINUX_H

/* Seconds of the monotonic clock. */
double child_linux_now(void);

extern int child_linux_tell_fd; /* where a branch tells that it stands; -1 when it has, or is none */

#endif
