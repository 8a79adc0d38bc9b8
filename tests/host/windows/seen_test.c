/*
** seen_test.c: a process that was seen in a snapshot isn't taken for another one that has got its number.
*/
#include "../../../host/windows/process/seen.h"

#include "../../../host/os.h"
#include "../check.h"
#include "play.h"

static bool see(DWORD pid, struct jg_seen *seen)
{
    struct jg_snapshot snapshot;
    bool ok = jg_snapshot_take(&snapshot) && jg_snapshot_find(&snapshot, pid, seen);
    jg_snapshot_free(&snapshot); /* the name isn't looked at any more */
    return ok;
}

static void test_opening(void)
{
    PROCESS_INFORMATION child = start(L"hang", 0);
    struct jg_seen seen, stranger;
    HANDLE process;
    CHECK(see(child.dwProcessId, &seen) && seen.pid == child.dwProcessId && seen.created > 0);
    CHECK(jg_seen_open(&seen, PROCESS_TERMINATE, &process) && GetProcessId(process) == child.dwProcessId);
    CloseHandle(process);
    stranger = seen;
    stranger.created++;
    CHECK(!jg_seen_open(&stranger, PROCESS_TERMINATE, &process) && process == NULL);
    stranger.pid = 0xFFFFFFF0;
    CHECK(!jg_seen_open(&stranger, 0, &process) && process == NULL);
    TerminateProcess(child.hProcess, 0);
    CloseHandle(child.hThread);
    CloseHandle(child.hProcess);
}

static void test_ending_children(void)
{
    PROCESS_INFORMATION child = start(L"hang", 0);
    DWORD code;
    jg_os_end_children();
    CHECK(WaitForSingleObject(child.hProcess, 10000) == WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(child.hProcess, &code) && code == JG_KILLED);
}

int main(int argc, char **argv)
{
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (argc > 1)
        return play(argv);
    test_opening();
    test_ending_children();
    return check_result();
}
