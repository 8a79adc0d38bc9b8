/*
** past.h: what was typed at the prompt before.
*/
#ifndef JG_LINUX_PAST_H
#define JG_LINUX_PAST_H

#include <histedit.h>

struct jg_past;

/* Reads what `file` keeps; NULL: nothing is kept. For jg_past_close; NULL without memory. To be used, as
** libedit itself, under a locale that takes text for UTF-8. */
struct jg_past *jg_past_open(const char *file);

/* Adds a line that isn't empty and isn't the latest. A file that can't be written is no failure. */
void jg_past_add(struct jg_past *past, char *line);

/* The same as libedit has it; it stays the past's. */
History *jg_past_of_editor(struct jg_past *past);

/* NULL is fine. */
void jg_past_close(struct jg_past *past);

#endif
