/*
** procline.h: the command line of a process.
*/
#ifndef JG_PROCLINE_H
#define JG_PROCLINE_H

#include <stddef.h>
#include <windows.h>

/*
** Its command line, or else the path of its executable, in UTF-8; the caller's to free. NULL: neither is ours to know,
** as of a process that isn't ours to open, which has no handle.
*/
char *jg_procline_read(HANDLE process);

/* The first `length` characters of `text` in UTF-8; the caller's to free. NULL: no memory. */
char *jg_narrow_part(const wchar_t *text, size_t length);

#endif
