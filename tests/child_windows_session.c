/*
** child_windows_session.c: the test child plays the system when a session ends.
*/
#include <errno.h>
#include <string.h>
#include <windows.h>

#include "child.h"
#include "child_windows.h"

enum { TOO_LATE_MS = 60000 };

/* The window by which a jghost of that pid is told. */
static HWND window_of(unsigned long pid)
{
    HWND window = NULL;
    DWORD owner;
    while ((window = FindWindowExW(NULL, window, L"jghost-session", NULL)) != NULL) {
        GetWindowThreadProcessId(window, &owner);
        if (owner == pid)
            break;
    }
    return window;
}

/* Its thread makes it while others go on. */
static HWND await_window(unsigned long pid)
{
    HWND window = NULL;
    double until = child_windows_now() + TOO_LATE_MS / 1000;
    while ((window = window_of(pid)) == NULL && child_windows_now() < until)
        Sleep(10);
    return window;
}

int child_os_end_session(const char *answer)
{
    DWORD_PTR may = FALSE, unused;
    BOOL ends = strcmp(answer, "yes") == 0;
    HWND window = await_window(child_parent());
    if (window == NULL)
        return ESRCH;
    if (!SendMessageTimeoutW(window, WM_QUERYENDSESSION, 0, 0, SMTO_NORMAL, TOO_LATE_MS, &may) || !may)
        return EPERM;
    SendMessageTimeoutW(window, WM_ENDSESSION, (WPARAM)ends, 0, SMTO_NORMAL, TOO_LATE_MS, &unused);
    return 0;
}
