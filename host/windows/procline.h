/*
** procline.h: the command line of a process.
*/
#ifndef JG_PROCLINE_H
#define JG_PROCLINE_H

#include <stddef.h>
#include <windows.h>

/* Its command line, or else the path of its executable, in UTF-8; the caller's to free. NULL: neither is ours to know.
 */
char *jg_procline_read(DWORD pid);

/* The first `length` characters of `text` in UTF-8; the caller's to free. NULL: no memory. */
char *jg_narrow_part(const wchar_t *text, size_t length);

#endif
