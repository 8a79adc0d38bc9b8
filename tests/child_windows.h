/*
** child_windows.h: what the files of the test child's Windows half know of each other.
*/
#ifndef CHILD_WINDOWS_H
#define CHILD_WINDOWS_H

#include <stdbool.h>
#include <wchar.h>
#include <windows.h>

/* The C library's number for GetLastError. */
int child_windows_error(void);

/* `memory`, if there is any: a child without memory for its words is no use to a test, and ends. */
void *child_needed(void *memory);

/* Copies in the other encoding, the caller's to free. */
wchar_t *child_wide(const char *text);
char *child_narrow(const wchar_t *text);

/* Seconds of the monotonic clock. */
double child_windows_now(void);

/* The pid of whoever started this process; 0 if that isn't known. */
unsigned long child_parent(void);

/* Takes over what this process, if it is a branch, would know by having been forked. */
void child_windows_be_branch(void);

void child_windows_watch_console(void);

/* Opens what of 0, 1 and 2 isn't, if there is a console. */
void child_windows_open_console(void);

extern volatile LONG child_windows_ignored;   /* requests to end, one bit each */
extern volatile LONG child_windows_term_code; /* of expect-term; -1: isn't expected */

#endif
