/*
** seen.h: what a process that was seen in a snapshot is.
*/
#ifndef JG_SEEN_H
#define JG_SEEN_H

#include "snapshot.h"

/* The system's half of a console. It ends a moment after the last process that has the console. */
bool jg_seen_is_console(const struct jg_seen *seen);

/* Do both run a program of that name? */
bool jg_seen_same_program(const struct jg_seen *a, const struct jg_seen *b);

#endif
