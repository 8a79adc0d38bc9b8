/*
** listener.h: lets others attach to this harness.
*/
#ifndef JG_LISTENER_H
#define JG_LISTENER_H

struct jg_listener;

/* Nobody can attach any more; frees it. NULL is fine. */
void jg_listener_close(struct jg_listener *listener);

#endif
