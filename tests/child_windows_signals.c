/*
** child_windows_signals.c: the test child's signals on Windows: TERM (Ctrl-Break), INT (Ctrl-C), KILL, and the
** crashes.
*/
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include <winternl.h>

#include "child.h"
#include "child_windows.h"

enum { IGNORES_INT = 1, IGNORES_TERM = 2 };

volatile LONG child_windows_ignored;
volatile LONG child_windows_term_code = -1;

/* Runs in a thread of the system's. */
static BOOL WINAPI on_console_event(DWORD event)
{
    static const char said[] = "terminated\n";
    DWORD count;
    if (event == CTRL_C_EVENT)
        return (child_windows_ignored & IGNORES_INT) != 0;
    if (child_windows_term_code >= 0 && WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), said, sizeof said - 1, &count, NULL))
        ExitProcess((UINT)child_windows_term_code);
    return (child_windows_ignored & IGNORES_TERM) != 0;
}

void child_windows_watch_console(void)
{
    SetConsoleCtrlHandler(on_console_event, TRUE);
}

enum signal { NO_SIGNAL, NOT_HERE, SIGNAL_INT, SIGNAL_TERM, SIGNAL_KILL, SIGNAL_CRASH };

/* What a name means; for a crash, also its exception. */
static enum signal signal_of(const char *name, DWORD *exception)
{
    static const struct {
        const char *name, *number;
        enum signal signal;
        DWORD exception;
    } signals[] = {
        {"INT", "2", SIGNAL_INT, 0},
        {"TERM", "15", SIGNAL_TERM, 0},
        {"BREAK", "21", SIGNAL_TERM, 0},
        {"KILL", "9", SIGNAL_KILL, 0},
        {"SEGV", "11", SIGNAL_CRASH, EXCEPTION_ACCESS_VIOLATION},
        {"ILL", "4", SIGNAL_CRASH, EXCEPTION_ILLEGAL_INSTRUCTION},
        {"FPE", "8", SIGNAL_CRASH, EXCEPTION_INT_DIVIDE_BY_ZERO},
        {"ABRT", "6", SIGNAL_CRASH, (DWORD)STATUS_STACK_BUFFER_OVERRUN}, /* which is __fastfail's, whatever failed */
        {"HUP", "1", NOT_HERE, 0},
        {"QUIT", "3", NOT_HERE, 0},
        {"USR1", "10", NOT_HERE, 0},
        {"USR2", "12", NOT_HERE, 0},
        {"PIPE", "13", NOT_HERE, 0},
        {"STOP", "19", NOT_HERE, 0},
        {"TSTP", "20", NOT_HERE, 0},
        {"CONT", "18", NOT_HERE, 0},
    };
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (strcmp(signals[i].name, name) == 0 || strcmp(signals[i].number, name) == 0) {
            *exception = signals[i].exception;
            return signals[i].signal;
        }
    }
    return NO_SIGNAL;
}

int child_os_signal(const char *name)
{
    DWORD exception;
    enum signal signal = signal_of(name, &exception);
    fflush(stdout);
    if (signal == SIGNAL_INT || signal == SIGNAL_TERM)
        TerminateProcess(GetCurrentProcess(), (UINT)STATUS_CONTROL_C_EXIT);
    if (signal == SIGNAL_KILL)
        TerminateProcess(GetCurrentProcess(), 1);
    if (signal == SIGNAL_CRASH)
        RaiseException(exception, EXCEPTION_NONCONTINUABLE, 0, NULL);
    return signal == NO_SIGNAL ? EINVAL : ENOTSUP;
}

/* A thread that begins where there is nothing. */
static BOOL crash(HANDLE process)
{
    HANDLE thread = CreateRemoteThread(process, NULL, 0, NULL, NULL, 0, NULL);
    if (thread != NULL)
        CloseHandle(thread);
    return thread != NULL;
}

int child_os_kill(long pid, const char *name)
{
    const DWORD access = PROCESS_TERMINATE | PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION;
    DWORD exception;
    enum signal signal = signal_of(name, &exception);
    if (signal == SIGNAL_TERM)
        return GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, (DWORD)pid) ? 0 : child_windows_error();
    bool crashes = signal == SIGNAL_CRASH && exception == EXCEPTION_ACCESS_VIOLATION;
    if (signal != SIGNAL_KILL && !crashes)
        return signal == NO_SIGNAL ? EINVAL : ENOTSUP;
    HANDLE process = OpenProcess(access, FALSE, (DWORD)pid);
    if (process == NULL)
        return child_windows_error();
    int error = (crashes ? crash(process) : TerminateProcess(process, 1)) ? 0 : child_windows_error();
    CloseHandle(process);
    return error;
}

int child_os_interrupt(const char *name)
{
    DWORD exception;
    enum signal signal = signal_of(name, &exception);
    if (signal != SIGNAL_INT && signal != SIGNAL_TERM)
        return signal == NO_SIGNAL ? EINVAL : ENOTSUP;
    return GenerateConsoleCtrlEvent(signal == SIGNAL_INT ? CTRL_C_EVENT : CTRL_BREAK_EVENT, 0) ? 0
                                                                                               : child_windows_error();
}

int child_os_ignore(const char *name)
{
    DWORD exception;
    switch (signal_of(name, &exception)) {
    case SIGNAL_INT:
        InterlockedOr(&child_windows_ignored, IGNORES_INT);
        SetConsoleCtrlHandler(NULL, TRUE); /* for what this process becomes, too */
        return 0;
    case SIGNAL_TERM:
        InterlockedOr(&child_windows_ignored, IGNORES_TERM);
        return 0;
    case SIGNAL_KILL:
    case NO_SIGNAL:
        return EINVAL;
    default:
        return ENOTSUP;
    }
}

int child_os_block(const char *name)
{
    (void)name;
    return ENOTSUP;
}

int child_os_ignore_all(void)
{
    InterlockedOr(&child_windows_ignored, IGNORES_INT | IGNORES_TERM);
    return 0;
}

int child_os_block_all(void)
{
    return ENOTSUP;
}

int child_os_expect_term(int code)
{
    child_windows_term_code = code;
    return 0;
}

int child_os_dump_signals(void)
{
    printf("blocked\nignored%s%s\n", child_windows_ignored & IGNORES_INT ? " INT" : "",
           child_windows_ignored & IGNORES_TERM ? " TERM" : "");
    return 0;
}
