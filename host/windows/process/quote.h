/*
** quote.h: a list of arguments as the one text that a Windows process is started with.
*/
#ifndef JG_QUOTE_H
#define JG_QUOTE_H

#include <wchar.h>

/*
** The command line that CommandLineToArgvW, and every C run-time library, takes apart into exactly `argv`
** (NULL-terminated, not empty, UTF-8). The caller's to free. NULL: GetLastError says why; JG_NATIVE_LONG_COMMAND if it
** is longer than the 32,766 characters that CreateProcessW takes.
*/
wchar_t *jg_command_line(char *const *argv);

#endif
