/*
** seen.h: a process that was seen in a snapshot: what it is, and whether it is still that one.
*/
#ifndef JG_SEEN_H
#define JG_SEEN_H

#include "snapshot.h"

/* The system's half of a console. It ends a moment after the last process that has the console. */
bool jg_seen_is_console(const struct jg_seen *seen);

/* Do both run a program of that name? */
bool jg_seen_same_program(const struct jg_seen *a, const struct jg_seen *b);

/*
** Is it still there? Its number may have been given to another process since. *process is a handle of it with that
** access and PROCESS_QUERY_LIMITED_INFORMATION, the caller's to close: as long as there is one, its number is its own.
** NULL, and true: it isn't ours to open.
*/
bool jg_seen_open(const struct jg_seen *seen, DWORD access, HANDLE *process);

/* When a process was created, in hundreds of nanoseconds since 1601, which tells it from all others of its number. The
** handle needs PROCESS_QUERY_LIMITED_INFORMATION. False: GetLastError says why. */
bool jg_created(HANDLE process, uint64_t *created);

#endif
