/*
** codepage_test.c: whose code page a console has, with one or more of us there.
**
** It plays itself at a console of its own, and others there: another guard, and the harness of this one.
*/
#include "../../../host/windows/console/codepage.h"

#include <stdlib.h>
#include <string.h>

#include "../../../host/windows/state.h"
#include "../check.h"

enum { BEFORE = 1252, ELSE = 850 };

static struct jg_shared shared;
static wchar_t self[MAX_PATH];
static HANDLE there, go; /* events: the other one has opened; it may end */

static HANDLE play(const wchar_t *part, DWORD flags)
{
    wchar_t line[MAX_PATH + 64];
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION created;
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    swprintf(line, MAX_PATH + 64, L"\"%ls\" %ls %lu", self, part, GetCurrentProcessId());
    if (!CreateProcessW(self, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &created))
        exit(2);
    CloseHandle(created.hThread);
    return created.hProcess;
}

static DWORD end_of(HANDLE process)
{
    DWORD status;
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &status);
    CloseHandle(process);
    return status;
}

static HANDLE start_other(void)
{
    HANDLE other = play(L"guard", 0);
    WaitForSingleObject(there, INFINITE);
    return other;
}

static void let_end(HANDLE other)
{
    SetEvent(go);
    end_of(other);
}

static void kill(HANDLE other)
{
    TerminateProcess(other, 1);
    end_of(other);
}

/* ---- the others' parts */

static int play_guard(void)
{
    shared.guard_pid = GetCurrentProcessId();
    jg_codepage_open();
    SetEvent(there);
    WaitForSingleObject(go, INFINITE);
    return 0; /* what was opened is given back by that */
}

static int play_harness(const char *guard)
{
    shared.guard_pid = strtoul(guard, NULL, 10);
    jg_codepage_open();
    jg_codepage_give_back();
    return GetConsoleOutputCP() == BEFORE ? 0 : 1;
}

/* ---- this one's */

static void test_alone(void)
{
    jg_codepage_open();
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == BEFORE);
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == BEFORE);
    jg_codepage_take();
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    SetConsoleOutputCP(ELSE);
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == ELSE);
    SetConsoleOutputCP(BEFORE);
}

static void test_two(void)
{
    jg_codepage_take();
    HANDLE other = start_other();
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    let_end(other);
    CHECK(GetConsoleOutputCP() == BEFORE);
    other = start_other();
    jg_codepage_take();
    let_end(other);
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == BEFORE);
}

static void test_killed(void)
{
    HANDLE other = start_other();
    jg_codepage_take();
    kill(other);
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == BEFORE);
    kill(start_other());
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    SetConsoleOutputCP(BEFORE);
}

static void test_harness(void)
{
    jg_codepage_take();
    CHECK(end_of(play(L"harness", 0)) == 0);
    SetConsoleOutputCP(CP_UTF8); /* as a command that is to do that */
    jg_codepage_give_back();
    CHECK(GetConsoleOutputCP() == CP_UTF8);
    SetConsoleOutputCP(BEFORE);
}

static int run_tests(void)
{
    shared.guard_pid = GetCurrentProcessId();
    SetConsoleOutputCP(BEFORE);
    test_alone();
    test_two();
    test_killed();
    test_harness();
    return check_result();
}

int main(int argc, char **argv)
{
    jg_state.shared = &shared;
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (argc < 3)
        return (int)end_of(play(L"tests", CREATE_NO_WINDOW));
    there = CreateEventW(NULL, FALSE, FALSE, L"Local\\jghost-codepage-test-there");
    go = CreateEventW(NULL, FALSE, FALSE, L"Local\\jghost-codepage-test-go");
    if (strcmp(argv[1], "guard") == 0)
        return play_guard();
    return strcmp(argv[1], "harness") == 0 ? play_harness(argv[2]) : run_tests();
}
