/*
** detachedlog.h: the file that says who was detached.
*/
#ifndef JG_DETACHEDLOG_H
#define JG_DETACHEDLOG_H

#include <windows.h>

#include "../../detached.h"

/* The log, locked. */
struct jg_detachedlog {
    HANDLE lock, file; /* NULL: it isn't open */
    LONGLONG size;     /* before the line; -1: it can't be taken out */
};

/* Logs that this process is about to run the command. *entry is filled with what is known of it. Waits for the lock for
** five seconds at the most. False: GetLastError says why, there is nothing to undo, and the log isn't open. */
bool jg_detachedlog_enter(struct jg_detachedlog *log, HANDLE process, const char *command, struct jg_detached *entry);

/* It didn't: the line is taken out again, if that can be. */
void jg_detachedlog_undo(const struct jg_detachedlog *log);

/* To be called after it was entered. */
void jg_detachedlog_close(struct jg_detachedlog *log);

/* The words for what may fail there. Static text. */
const char *jg_detachedlog_what(void);

/* Fills *entry for the process, of which the handle has PROCESS_QUERY_LIMITED_INFORMATION. False: GetLastError. */
bool jg_detached_describe(struct jg_detached *entry, HANDLE process, const char *command);

#endif
