/*
** customer.c: a test harness as everybody writes it first, and as the customer in docs/how-it-works.md had it: one
** process, which starts each test suspended, puts it in its kill-on-close job, and resumes it. It shows the window.
**
**     customer PROGRAM [ARGS...]
**
** Between the first step and the second it writes the line "created" to standard output and goes on when it reads a
** byte, or the end, from standard input: so that a test needs no luck to end it there. After the last: "resumed".
*/
#include <stdio.h>
#include <windows.h>

static int fail(const char *what)
{
    fprintf(stderr, "customer: %s: error %lu\n", what, GetLastError());
    return 1;
}

static void say(const char *what)
{
    puts(what);
    fflush(stdout);
}

/* What follows our own name on the command line. */
static wchar_t *rest_of_command_line(void)
{
    wchar_t *line = GetCommandLineW();
    wchar_t end = *line == L'"' ? L'"' : L' ';
    while (*++line != L'\0' && *line != end)
        ;
    line += *line == L'"';
    return line + wcsspn(line, L" ");
}

static HANDLE kill_on_close_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    return job;
}

int main(void)
{
    STARTUPINFOW info = {.cb = sizeof info};
    PROCESS_INFORMATION test;
    DWORD status;
    HANDLE job = kill_on_close_job();
    if (!CreateProcessW(NULL, rest_of_command_line(), NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &info, &test))
        return fail("cannot create the process");
    say("created");
    getchar();
    if (!AssignProcessToJobObject(job, test.hProcess))
        return fail("cannot put the process in the job");
    if (ResumeThread(test.hThread) == (DWORD)-1)
        return fail("cannot resume the process");
    say("resumed");
    WaitForSingleObject(test.hProcess, INFINITE);
    GetExitCodeProcess(test.hProcess, &status);
    return (int)status;
}
