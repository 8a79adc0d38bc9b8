/*
** detach.h: the harness's end of the detacher.
*/
#ifndef JG_DETACH_H
#define JG_DETACH_H

struct jg_os_loop;

void jg_detach_open(struct jg_os_loop *loop);

/* Forgets what has been asked for. */
void jg_detach_close(struct jg_os_loop *loop);

#endif
