/*
** wide.h: text between us, who have UTF-8, and Windows, which has UTF-16.
*/
#ifndef JG_WIDE_H
#define JG_WIDE_H

#include <wchar.h>

/*
** A copy of `text` in the other encoding, the caller's to free. NULL without memory, or if `text` is not valid:
** GetLastError says which. What Windows itself allows in a name and UTF-16 doesn't, a lone surrogate, is replaced by
** U+FFFD.
*/
wchar_t *jg_wide(const char *text);
wchar_t *jg_wide_part(const char *text, size_t length); /* so many bytes of it, and a zero after them */
char *jg_narrow(const wchar_t *text);

#endif
