/*
** nudge.h: breaks off what the harness's thread waits for.
*/
#ifndef JG_LINUX_NUDGE_H
#define JG_LINUX_NUDGE_H

/* Called once, by the harness's thread. Without it, and if it can't be had, the others do nothing. */
void jg_nudge_open(void);

/* From now on a system call that this thread waits in fails with EINTR. May be called in a signal handler. */
void jg_nudge_begin(void);

void jg_nudge_end(void);

#endif
