/*
** signals_test.c: an interrupt finds the harness's thread standing still, whatever it is doing.
*/
#include "../../../host/windows/state.h"
#include "../check.h"
#include "play.h"

enum { SECONDS = 20, HAS_LOCK_MS = 20 };

static volatile LONG turns, heard, moved;

static void on_interrupt(int signal, const char *name)
{
    LONG before = turns;
    (void)name;
    Sleep(50);
    moved = turns != before;
    heard = signal;
}

static void on_last_interrupt(int signal, const char *name)
{
    (void)name;
    jg_os_exit_at_once(128 + signal);
}

typedef void NTAPI lock_fn(void);

/* Of the lock of what a process knows of itself, which the system's ExitProcess needs. */
static lock_fn *find(const char *name)
{
    return (lock_fn *)(void (*)(void))GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

/* In a console of its own. Returns the exit status. */
static int be_interrupted(jg_os_interrupted_fn *interrupted, int has_lock)
{
    static struct jg_shared shared;
    lock_fn *acquire = find("RtlAcquirePebLock"), *release = find("RtlReleasePebLock");
    ULONGLONG end = GetTickCount64() + SECONDS * 1000;
    jg_state.shared = &shared;
    jg_os_interrupt_watch(interrupted);
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        return 2;
    while (heard == 0 && GetTickCount64() < end) {
        if (has_lock)
            acquire();
        for (ULONGLONG now = GetTickCount64(); heard == 0 && GetTickCount64() < now + HAS_LOCK_MS;)
            turns++;
        if (has_lock)
            release();
        Sleep(1); /* the thread that gets the interrupt needs it to begin */
    }
    return heard == 2 && !moved && shared.interrupted == 2 ? 0 : 1;
}

static int status_of(const wchar_t *verb)
{
    DWORD code = 99;
    PROCESS_INFORMATION child = start(verb, CREATE_NO_WINDOW);
    if (WaitForSingleObject(child.hProcess, SECONDS * 1000) != WAIT_OBJECT_0)
        TerminateProcess(child.hProcess, 98);
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
    return (int)code;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return be_interrupted(strcmp(argv[1], "still") == 0 ? on_interrupt : on_last_interrupt, argc > 2);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    CHECK(status_of(L"still") == 0);
    CHECK(status_of(L"end") == 130);
    for (int i = 0; i < 5; i++)
        CHECK(status_of(L"end with-a-lock") == 130);
    return check_result();
}
