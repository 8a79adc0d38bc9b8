/*
** talk.h: what the system does for a test that stops a process: the two talk, past the C library's buffers.
*/
#ifndef JG_FAULT_TALK_H
#define JG_FAULT_TALK_H

#include <stdbool.h>
#include <stddef.h>

/* Writes `size` bytes of `line` to standard error, then waits for a byte, or the end, on standard input. */
bool jg_fault_talk(const char *line, size_t size);

/* The system forgets that it was to kill this process when the parent ends. */
void jg_fault_unbind(void);

/* The first process of a pid namespace can have no more of these, "descriptors" or "processes", from now on. */
void jg_fault_starve(const char *what);

#endif
