/*
** wide.c: text between us, who have UTF-8, and Windows, which has UTF-16.
*/
#include "wide.h"

#include <stdlib.h>
#include <windows.h>

/* `size` bytes, of which the last may be the zero. */
static wchar_t *widen(const char *text, int size)
{
    int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, size, NULL, 0);
    if (length == 0 && size != 0)
        return NULL;
    wchar_t *wide = calloc((size_t)length + 1, sizeof *wide);
    if (wide == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (size != 0)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, size, wide, length);
    return wide;
}

wchar_t *jg_wide(const char *text)
{
    return widen(text, -1);
}

wchar_t *jg_wide_part(const char *text, size_t length)
{
    return widen(text, (int)length);
}

char *jg_narrow(const wchar_t *text)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    if (length == 0)
        return NULL;
    char *narrow = malloc((size_t)length);
    if (narrow == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, length, NULL, NULL);
    return narrow;
}
