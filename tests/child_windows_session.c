/*
** child_windows_session.c: the test child plays the system when a session ends, or a console tells of an event.
*/
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
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

/* The number that a console has for it; -1: it has none. */
static int event_of(const char *name)
{
    if (strcmp(name, "c") == 0)
        return CTRL_C_EVENT;
    if (strcmp(name, "break") == 0)
        return CTRL_BREAK_EVENT;
    return strcmp(name, "close") == 0 ? CTRL_CLOSE_EVENT : -1;
}

/* Where such a thread begins: kernelbase.dll is at the same address in all processes. */
static LPTHREAD_START_ROUTINE control_routine(void)
{
    return (LPTHREAD_START_ROUTINE)(void (*)(void))GetProcAddress(GetModuleHandleW(L"kernelbase.dll"), "CtrlRoutine");
}

/* Whoever is ended with a process has its exit code. */
static bool ends_with(HANDLE process, HANDLE thread)
{
    DWORD of_process, of_thread;
    return WaitForSingleObject(process, TOO_LATE_MS) == WAIT_OBJECT_0 && GetExitCodeProcess(process, &of_process) &&
           GetExitCodeThread(thread, &of_thread) && of_process == of_thread;
}

/* When the thread that hears of a closing returns, the system ends its process: it has to be there until then. */
static int await_hearing(HANDLE process, HANDLE thread, int event)
{
    if (event != CTRL_CLOSE_EVENT)
        WaitForSingleObject(thread, TOO_LATE_MS);
    puts("told");
    fflush(stdout);
    return event != CTRL_CLOSE_EVENT || ends_with(process, thread) ? 0 : EINTR;
}

/* The system makes a thread in each process that is at the console; here it is only one's. */
int child_os_tell_event(long pid, const char *event)
{
    const DWORD access = PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE |
                         PROCESS_QUERY_INFORMATION | SYNCHRONIZE;
    int number = event_of(event);
    if (number == -1)
        return EINVAL;
    HANDLE process = OpenProcess(access, FALSE, (DWORD)pid);
    if (process == NULL)
        return child_windows_error();
    HANDLE thread = CreateRemoteThread(process, NULL, 0, control_routine(), (void *)(intptr_t)number, 0, NULL);
    int error = thread != NULL ? await_hearing(process, thread, number) : child_windows_error();
    if (thread != NULL)
        CloseHandle(thread);
    CloseHandle(process);
    return error;
}
