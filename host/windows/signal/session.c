/*
** session.c: the end of the user's session: a log-off, or the end of the system.
**
** Of the console's events these two are for services only; whoever has loaded user32.dll, as we have, isn't sent them
** at all. Other programs are told by messages to their windows, so there is a window, which is never shown, and a
** thread that waits for its messages. It must be a top-level one: one that is for messages only isn't sent these. It is
** made when the run has lasted a while: those that are over in a moment don't pay for it.
*/
#include "session.h"

enum { STACK_SIZE = 65536, SHORT_RUN_MS = 1000 };

static PHANDLER_ROUTINE handle; /* a window's procedure has no argument of ours */

void jg_session_take_turn(enum jg_session_turn turn)
{
    SetProcessShutdownParameters(turn, 0);
}

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM first, LPARAM second)
{
    switch (message) {
    case WM_QUERYENDSESSION:
        return TRUE;
    case WM_ENDSESSION: /* somebody else may have refused it */
        if (first)
            handle((second & (LPARAM)ENDSESSION_LOGOFF) != 0 ? CTRL_LOGOFF_EVENT : CTRL_SHUTDOWN_EVENT);
        return 0;
    case WM_CLOSE: /* taskkill's, without /f: the window is to stay */
        return 0;
    default:
        return DefWindowProcW(window, message, first, second);
    }
}

static DWORD WINAPI thread_main(void *unused)
{
    MSG message;
    HINSTANCE self = GetModuleHandleW(NULL);
    WNDCLASSW class = {.lpfnWndProc = on_message, .hInstance = self, .lpszClassName = L"jghost-session"};
    (void)unused;
    Sleep(SHORT_RUN_MS);
    if (RegisterClassW(&class) == 0 ||
        CreateWindowExW(0, class.lpszClassName, L"jghost", 0, 0, 0, 0, 0, NULL, NULL, self, NULL) == NULL)
        return 1;
    while (GetMessageW(&message, NULL, 0, 0) > 0)
        DispatchMessageW(&message);
    return 0;
}

/* Where there is no window to be had, nobody tells of the end either. */
void jg_session_watch(PHANDLER_ROUTINE handler)
{
    handle = handler;
    jg_session_take_turn(JG_SESSION_HARNESS);
    HANDLE thread = CreateThread(NULL, STACK_SIZE, thread_main, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    if (thread != NULL)
        CloseHandle(thread);
}
