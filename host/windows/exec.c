/*
** exec.c: --exec. There is no exec here: the harness stays, and passes on how the command has ended.
**
** The command is in the harness's process group: the user's Ctrl-C reaches it by itself, and the harness lets it.
*/
#include <stdio.h>

#include "plan.h"
#include "state.h"

static BOOL WINAPI leave_it_to_the_command(DWORD type)
{
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE); /* the system ends this process when this returns */
    return TRUE;
}

static bool start(const struct jg_plan *plan, PROCESS_INFORMATION *created)
{
    STARTUPINFOW info = {.cb = sizeof info, .dwFlags = STARTF_USESTDHANDLES};
    info.hStdInput = plan->stdio[0];
    info.hStdOutput = plan->stdio[1];
    info.hStdError = plan->stdio[2];
    /* these three are all that is inheritable here: nobody else has run in this process yet */
    return CreateProcessW(plan->program, plan->line, NULL, NULL, TRUE, 0, NULL, NULL, &info, created);
}

void jg_os_harness_exec(char *const *argv, struct jg_err *err)
{
    struct jg_plan plan;
    struct jg_os_command command = {.argv = argv, .stdio = {JG_STDIO_INHERIT, JG_STDIO_INHERIT, JG_STDIO_INHERIT}};
    PROCESS_INFORMATION created;
    DWORD status;
    if (!jg_plan_make(&plan, &command, err))
        return;
    SetConsoleCtrlHandler(leave_it_to_the_command, TRUE);
    if (!start(&plan, &created)) {
        jg_err_set(err, (int)GetLastError(), "cannot run");
        jg_plan_free(&plan);
        return;
    }
    WaitForSingleObject(created.hProcess, INFINITE);
    GetExitCodeProcess(created.hProcess, &status);
    fflush(NULL);
    ExitProcess(status);
}
