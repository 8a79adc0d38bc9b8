/*
** detach.h: the harness's end of the detacher.
*/
#ifndef JG_DETACH_H
#define JG_DETACH_H

struct jg_os_loop;

/* Makes the loop's queue, which is empty: nothing is opened before something is asked for. */
void jg_detach_open(struct jg_os_loop *loop);

/* Forgets what has been asked for: nobody is told any more. What the detacher has begun goes on. */
void jg_detach_close(struct jg_os_loop *loop);

#endif
