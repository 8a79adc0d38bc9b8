/*
** detachedlog.h: the file that says who was detached.
*/
#ifndef JG_DETACHEDLOG_H
#define JG_DETACHEDLOG_H

#include <sys/types.h>

#include "../../detached.h"

/* The log as it was left: locked, until an exec or the process's end closes it. */
struct jg_detachedlog {
    int fd;     /* -1: nothing is to be undone */
    off_t size; /* before the line */
};

/* Logs that this process is about to become the command. *entry is filled with what is known of it. Waits for the lock,
** for five seconds at the most. False: errno says why, and there is nothing to undo; what is open this process's end
** closes. */
bool jg_detachedlog_enter(struct jg_detachedlog *log, char *const *argv, struct jg_detached *entry);

/* It couldn't: the line is taken out again, if that can be. */
void jg_detachedlog_undo(const struct jg_detachedlog *log);

/* The words for that. Static text. */
const char *jg_detachedlog_what(void);

/* Fills *entry for this process. False: errno. */
bool jg_detached_describe_self(struct jg_detached *entry, char *const *argv);

#endif
