/*
** run_test.c: the guard's steps: the second doesn't fail for want of a standard handle, and at the end of the last one
** the job is empty, even if somebody comes to be in it while it is being ended, as one does whom a process was just
** creating.
*/
#include "../../../host/os.h"
#include "../check.h"
#include "play.h"

enum { MANY = 20, SECONDS = 20 };

static struct jg_err err;

/* How a jg_os_run begins. */
struct run {
    HANDLE job, port, event, harness;
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

/* Its children, if it is to have some, are being ended while the others come. */
static int be_harness(struct jg_os_start *begun)
{
    if (!jg_os_harness_enter(begun, &err))
        return 1;
    for (int i = 0; i < MANY && getenv("JG_ALONE") == NULL; i++)
        start(L"hang", 0);
    return 7;
}

/* One that whoever started us has, and we don't. */
static void test_invalid_handle(void)
{
    struct jg_os_run *run;
    struct jg_exit result = {0};
    bool timed_out;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    SetStdHandle(STD_INPUT_HANDLE, (HANDLE)(ULONG_PTR)0xFFF0);
    SetEnvironmentVariableW(L"JG_ALONE", L"1");
    CHECK(jg_os_run_create(&run, JG_LEVEL_JOB_OBJECT, false, &err));
    CHECK(jg_os_run_start(run, NULL, NULL, &err) && jg_os_run_assign(run, &err) && jg_os_run_signal(run, &err));
    CHECK(jg_os_run_wait(run, 10, &result, &timed_out, &err) && result.code == 7 && !timed_out);
    jg_os_run_close(run);
    SetEnvironmentVariableW(L"JG_ALONE", NULL);
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
    HANDLE thread = CreateThread(NULL, 0, come, &late, 0, NULL);
    CloseHandle(CreateThread(NULL, 0, give_up, NULL, 0, NULL));
    CHECK(jg_os_run_signal(run, &err) && jg_os_run_wait(run, -1, &result, &timed_out, &err));
    CHECK(result.code == 7 && !timed_out);
    WaitForSingleObject(thread, INFINITE);
    jg_os_run_close(run);
    for (int i = 0; i < MANY; i++)
        TerminateProcess(late.process[i], 0);
}

int main(int argc, char **argv)
{
    struct jg_os_start *begun = jg_os_begin(&argc, argv);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (begun != NULL)
        return be_harness(begun);
    if (argc > 1)
        return play(argv);
    test_invalid_handle();
    test_latecomers();
    return check_result();
}
