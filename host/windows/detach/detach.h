/*
** detach.h: the harness asks the guard to detach.
*/
#ifndef JG_DETACH_H
#define JG_DETACH_H

struct jg_os_loop;

/* Makes the loop's queue, which is empty: nothing is opened before something is asked for. */
void jg_detach_open(struct jg_os_loop *loop);

/* Forgets what has been asked for: nobody is told any more. What the guard has begun may go on. */
void jg_detach_close(struct jg_os_loop *loop);

#endif
