/*
** program.h: which file a command's first word means.
*/
#ifndef JG_PROGRAM_H
#define JG_PROGRAM_H

#include <wchar.h>

/*
** The full path of the program `name`, as jg_long_path has it. With a separator in it, it is relative to `folder`
** (a full path; NULL: ours); else it is looked up in `path` (the value of PATH; NULL: there is none, and the system's
** own folders are meant). Without an extension ".exe" and ".com" are tried. The caller's to free. NULL: GetLastError
** says why; batch files are refused.
*/
wchar_t *jg_program_find(const wchar_t *name, const wchar_t *folder, const wchar_t *path);

/* The full path of `name`, which is relative to our folder. The caller's to free. NULL: GetLastError says why. */
wchar_t *jg_full_path(const wchar_t *name);

/*
** A copy of a full path; from 260 characters on in the form (\\?\) that the system takes whatever its settings for long
** paths are. The caller's to free. NULL: GetLastError says why.
*/
wchar_t *jg_long_path(const wchar_t *full);

#endif
