/*
** run_test.c: the guard's steps: nobody inherits the job or breaks away from it; the second hands the harness nothing
** but what it needs, and doesn't fail for want of a standard handle; and at the end of the last one all have ended,
** even if somebody comes to be in the job while it is being ended, as one does whom a process was just creating.
*/
#include "../../../host/exit.h"
#include "../../../host/windows/job/pids.h"
#include "../../../host/windows/state.h"
#include "../check.h"
#include "play.h"

#include <winternl.h>

enum { MANY = 20, MEMBERS = MANY + 2, SECONDS = 20, END_OF_HANDLES = 4096 };

/* An event of the guard's that could be inherited. */
static const wchar_t not_handed[] = L"jghost-run-test-not-handed";

static struct jg_err err;

/* How a jg_os_run begins. */
struct run {
    HANDLE job, event, harness;
};

/* Those who come late: into the job, from outside, as soon as one of those in it has been ended. */
struct late {
    const struct run *run;
    HANDLE process[MANY];
};

static DWORD living(HANDLE job)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting = {.ActiveProcesses = MANY};
    QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting, NULL);
    return accounting.ActiveProcesses;
}

static DWORD WINAPI come(void *argument)
{
    struct late *late = argument;
    WaitForSingleObject(late->run->harness, INFINITE);
    while (living(late->run->job) >= MANY)
        continue;
    for (int i = 0; i < MANY; i++)
        AssignProcessToJobObject(late->run->job, late->process[i]);
    return 0;
}

/* Which is the guard that doesn't come back. */
static DWORD WINAPI give_up(void *argument)
{
    (void)argument;
    Sleep(SECONDS * 1000);
    printf("FAIL  the guard waits for who has come to be in the job while it was being ended\n0 passed, 1 failed\n");
    fflush(stdout);
    ExitProcess(1);
}

/* ---- what is handed over ---- */

static ACCESS_MASK access_of(HANDLE handle)
{
    PUBLIC_OBJECT_BASIC_INFORMATION basic = {.GrantedAccess = 0};
    NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof basic, NULL);
    return basic.GrantedAccess;
}

/* Does the name of the object, or of its type, end so? */
static bool is_called(HANDLE handle, OBJECT_INFORMATION_CLASS which, const wchar_t *end)
{
    union {
        UNICODE_STRING name;
        char room[1024]; /* for what else is told, and for the text */
    } answer = {.room = {0}};
    size_t length = wcslen(end);
    if (NtQueryObject(handle, which, &answer, sizeof answer, NULL) < 0)
        return false;
    size_t count = answer.name.Length / sizeof *end;
    return count >= length && wcsncmp(answer.name.Buffer + count - length, end, length) == 0;
}

/* Has this process a handle to such an object? A pipe isn't asked for its name: it might not answer. */
static bool has(const wchar_t *type, const wchar_t *name)
{
    for (ULONG_PTR value = 4; value < END_OF_HANDLES; value += 4) {
        if (is_called((HANDLE)value, ObjectTypeInformation, type) &&
            is_called((HANDLE)value, ObjectNameInformation, name))
            return true;
    }
    return false;
}

static bool input_is_at_its_end(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode, count = 1;
    char byte;
    return !GetConsoleMode(input, &mode) && ReadFile(input, &byte, 1, &count, NULL) && count == 0;
}

/* In the harness: it can wait for the guard and the event, and can neither end the one nor signal the other. */
static bool has_its_own_alone(const struct jg_os_start *begun)
{
    CHECK(is_called(begun->guard, ObjectTypeInformation, L"Process"));
    CHECK(is_called(begun->event, ObjectTypeInformation, L"Event"));
    CHECK(access_of(begun->guard) == SYNCHRONIZE && !TerminateProcess(begun->guard, 1) &&
          GetLastError() == ERROR_ACCESS_DENIED);
    CHECK(access_of(begun->event) == SYNCHRONIZE && !SetEvent(begun->event) && GetLastError() == ERROR_ACCESS_DENIED);
    CHECK(!has(L"Job", L""));
    CHECK(!has(L"Event", not_handed));
    CHECK(getenv("JG_NO_INPUT") == NULL || input_is_at_its_end());
    CHECK(start(L"hang", CREATE_BREAKAWAY_FROM_JOB).hProcess == NULL && GetLastError() == ERROR_ACCESS_DENIED);
    fflush(stdout);
    return checks_failed == 0;
}

/* An event of this name says that the harness and its children stand. */
static const wchar_t standing[] = L"jghost-run-test-standing";

static void stand(void)
{
    HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, standing);
    SetEvent(event);
    Sleep(INFINITE);
}

/* Its children, if it is to have some, are being ended while the others come. */
static int be_harness(struct jg_os_start *begun)
{
    if (!has_its_own_alone(begun) || !jg_os_harness_enter(begun, &err))
        return 1;
    for (int i = 0; i < MANY && getenv("JG_ALONE") == NULL; i++)
        start(L"hang", 0);
    if (getenv("JG_STAYS") != NULL)
        stand();
    return 7;
}

/* A harness without children, from its start to its end. */
static void run_alone(struct jg_os_run *run)
{
    struct jg_exit result = {0};
    bool timed_out;
    SetEnvironmentVariableW(L"JG_ALONE", L"1");
    CHECK(jg_os_run_start(run, NULL, NULL, &err) && jg_os_run_assign(run, &err) && jg_os_run_signal(run, &err));
    CHECK(jg_os_run_wait(run, 10, &result, &timed_out, &err) && result.code == 7 && !timed_out);
    SetEnvironmentVariableW(L"JG_ALONE", NULL);
    jg_os_run_close(run);
}

/* What the harness hasn't, as it finds: we have it. */
static void test_handed(void)
{
    DWORD flags;
    struct jg_os_run *run;
    SECURITY_ATTRIBUTES inheritable = {.nLength = sizeof inheritable, .bInheritHandle = TRUE};
    HANDLE event = CreateEventW(&inheritable, TRUE, FALSE, not_handed);
    CHECK(jg_os_run_create(&run, JG_LEVEL_JOB_OBJECT, false, &err));
    CHECK(has(L"Job", L"") && has(L"Event", not_handed));
    CHECK(GetHandleInformation(((const struct run *)run)->job, &flags) && (flags & HANDLE_FLAG_INHERIT) == 0);
    run_alone(run);
    CloseHandle(event);
}

/* A standard handle that whoever started us hasn't given, or has, and we don't: the harness reads the end there. */
static void check_without_input(HANDLE none)
{
    struct jg_os_run *run;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    SetStdHandle(STD_INPUT_HANDLE, none);
    SetEnvironmentVariableW(L"JG_NO_INPUT", L"1");
    CHECK(jg_os_run_create(&run, JG_LEVEL_JOB_OBJECT, false, &err));
    run_alone(run);
    SetEnvironmentVariableW(L"JG_NO_INPUT", NULL);
    SetStdHandle(STD_INPUT_HANDLE, input);
}

static void test_latecomers(void)
{
    struct jg_os_run *run;
    struct jg_exit result = {0};
    struct late late;
    bool timed_out;
    CHECK(jg_os_run_create(&run, JG_LEVEL_JOB_OBJECT, false, &err));
    CHECK(jg_os_run_start(run, NULL, NULL, &err) && jg_os_run_assign(run, &err));
    late.run = (const struct run *)run;
    for (int i = 0; i < MANY; i++)
        late.process[i] = start(L"hang", 0).hProcess;
    HANDLE job = late.run->job;
    HANDLE thread = CreateThread(NULL, 0, come, &late, 0, NULL);
    CloseHandle(CreateThread(NULL, 0, give_up, NULL, 0, NULL));
    CHECK(jg_os_run_signal(run, &err) && jg_os_run_wait(run, -1, &result, &timed_out, &err));
    CHECK(result.code == 7 && !timed_out && (WaitForSingleObject(thread, 0) != WAIT_OBJECT_0 || living(job) == 0));
    WaitForSingleObject(thread, INFINITE);
    jg_os_run_close(run);
    for (int i = 0; i < MANY; i++)
        TerminateProcess(late.process[i], 0);
}

/* And maybe a console's process, which Wine has. */
static size_t open_members(HANDLE job, HANDLE *member)
{
    struct jg_pids pids;
    CHECK(jg_pids_read(&pids, job) && pids.count > MANY && pids.count <= MEMBERS);
    size_t count = pids.count < MEMBERS ? pids.count : MEMBERS;
    for (size_t i = 0; i < count; i++)
        member[i] = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pids.at[i]);
    jg_pids_free(&pids);
    return count;
}

/* The harness and its children, at the end of a run's time. */
static void test_members(void)
{
    struct jg_os_run *run;
    struct jg_exit result;
    HANDLE member[MEMBERS] = {NULL};
    bool timed_out;
    DWORD code;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, standing);
    SetEnvironmentVariableW(L"JG_STAYS", L"1");
    CHECK(jg_os_run_create(&run, JG_LEVEL_JOB_OBJECT, false, &err));
    CHECK(jg_os_run_start(run, NULL, NULL, &err) && jg_os_run_assign(run, &err) && jg_os_run_signal(run, &err));
    SetEnvironmentVariableW(L"JG_STAYS", NULL);
    HANDLE job = ((const struct run *)run)->job;
    CHECK(WaitForSingleObject(event, SECONDS * 1000) == WAIT_OBJECT_0);
    size_t count = open_members(job, member);
    CHECK(jg_os_run_wait(run, 0, &result, &timed_out, &err) && timed_out && living(job) == 0);
    for (size_t i = 0; i < count; i++) {
        CHECK(WaitForSingleObject(member[i], 0) == WAIT_OBJECT_0);
        CloseHandle(member[i]);
    }
    CloseHandle(event);
    CHECK(GetExitCodeProcess(((const struct run *)run)->harness, &code) && code == JG_EXIT_GUARD_FAILED);
    jg_os_run_close(run);
}

int main(int argc, char **argv)
{
    struct jg_os_start *begun = jg_os_begin(&argc, argv);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (begun != NULL)
        return be_harness(begun);
    if (argc > 1)
        return play(argv);
    test_handed();
    check_without_input(NULL);
    check_without_input((HANDLE)(ULONG_PTR)0xFFF0);
    test_members();
    test_latecomers();
    return check_result();
}
