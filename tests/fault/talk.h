/*
** talk.h: a process talks to the test that stops it, past the C library's buffers.
*/
#ifndef JG_FAULT_TALK_H
#define JG_FAULT_TALK_H

#include <stdbool.h>
#include <stddef.h>

/* Writes `size` bytes of `line` to standard error, then waits for a byte, or the end, on standard input. */
bool jg_fault_talk(const char *line, size_t size);

#endif
