/*
** typed.h: a console for tests, at which nobody sits: what is typed is told by the test. The system's functions are
** called by pointers of these names, so that whoever defines them has the say.
*/
#ifndef TYPED_H
#define TYPED_H

#include <stdbool.h>
#include <wchar.h>
#include <windows.h>

typedef BOOL WINAPI typed_mode_fn(HANDLE console, DWORD *mode);
typedef BOOL WINAPI typed_read_fn(HANDLE console, void *text, DWORD room, DWORD *count,
                                  CONSOLE_READCONSOLE_CONTROL *control);
typedef BOOL WINAPI typed_write_fn(HANDLE console, const void *text, DWORD length, DWORD *written, void *unused);
typedef BOOL WINAPI typed_key_fn(HANDLE console, const INPUT_RECORD *keys, DWORD count, DWORD *written);
typedef BOOL WINAPI typed_flush_fn(HANDLE console);
typedef BOOL WINAPI typed_handler_fn(PHANDLER_ROUTINE handler, BOOL add);

/* What is typed, an element for each read; L"" is a Ctrl-C. NULL: nothing more. */
static const wchar_t *const *typed;
static size_t typed_at;                /* how much of the first has been read */
static PHANDLER_ROUTINE typed_handler; /* whom a Ctrl-C is for */
static bool typed_ignored;             /* a Ctrl-C is for nobody */

static BOOL WINAPI typed_mode(HANDLE console, DWORD *mode)
{
    (void)console;
    *mode = ENABLE_LINE_INPUT;
    return TRUE;
}

static DWORD WINAPI typed_interrupt(void *unused)
{
    (void)unused;
    Sleep(50); /* later than the read is broken off */
    typed_handler(CTRL_C_EVENT);
    return 0;
}

static BOOL WINAPI typed_read(HANDLE console, void *text, DWORD room, DWORD *count,
                              CONSOLE_READCONSOLE_CONTROL *control)
{
    (void)console;
    (void)control;
    *count = 0;
    if (typed == NULL || *typed == NULL)
        return TRUE;
    if (**typed == L'\0') {
        typed++;
        if (!typed_ignored)
            CloseHandle(CreateThread(NULL, 0, typed_interrupt, NULL, 0, NULL));
        SetLastError(ERROR_OPERATION_ABORTED);
        return TRUE;
    }
    size_t left = wcslen(*typed + typed_at);
    *count = left < room ? (DWORD)left : room;
    wmemcpy(text, *typed + typed_at, *count);
    typed_at = *count < left ? typed_at + *count : 0;
    typed += *count == left;
    return TRUE;
}

static BOOL WINAPI typed_write(HANDLE console, const void *text, DWORD length, DWORD *written, void *unused)
{
    (void)console;
    (void)text;
    (void)unused;
    *written = length;
    return TRUE;
}

static BOOL WINAPI typed_key(HANDLE console, const INPUT_RECORD *keys, DWORD count, DWORD *written)
{
    (void)console;
    (void)keys;
    *written = count;
    return TRUE;
}

static BOOL WINAPI typed_flush(HANDLE console)
{
    (void)console;
    return TRUE;
}

static BOOL WINAPI typed_set_handler(PHANDLER_ROUTINE handler, BOOL add)
{
    (void)add;
    typed_handler = handler;
    return TRUE;
}

typed_mode_fn *__imp_GetConsoleMode = typed_mode;
typed_read_fn *__imp_ReadConsoleW = typed_read;
typed_write_fn *__imp_WriteConsoleW = typed_write;
typed_key_fn *__imp_WriteConsoleInputW = typed_key;
typed_flush_fn *__imp_FlushConsoleInputBuffer = typed_flush;
typed_handler_fn *__imp_SetConsoleCtrlHandler = typed_set_handler;

#endif
