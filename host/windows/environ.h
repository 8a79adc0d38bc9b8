/*
** environ.h: the environment of the processes that we start.
*/
#ifndef JG_ENVIRON_H
#define JG_ENVIRON_H

#include <wchar.h>

/*
** The block that CreateProcessW takes, from "NAME=value" texts (NULL-terminated, UTF-8): sorted as Windows wants it;
** of two names that differ by case only the last wins. SystemRoot is in it even if it isn't in `env`: without it the
** system's own libraries fail in a new process (sockets, cryptography), often with no word of why. The caller's to
** free. NULL: GetLastError says why.
*/
wchar_t *jg_environment_block(char *const *env);

/* The value of a variable in such a block, whose it is, by a name in any case; NULL if it isn't there. */
const wchar_t *jg_environment_find(const wchar_t *block, const wchar_t *name);

/* The value of a variable of ours, the caller's to free; NULL if it isn't there, or without memory. */
wchar_t *jg_environment_own(const wchar_t *name);

#endif
