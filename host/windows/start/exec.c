/*
** exec.c: --exec. There is no exec here: the harness stays, and passes on how the command has ended.
**
** The command is in the harness's process group: the user's Ctrl-C reaches it by itself, and the harness lets it.
*/
#include <stdio.h>

#include "../console/codepage.h"
#include "../process/birth.h"
#include "../signal/session.h"
#include "../state.h"

static BOOL WINAPI leave_it_to_the_command(DWORD type)
{
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE); /* the system ends this process when this returns */
    return TRUE;
}

void jg_os_harness_exec(char *const *argv, struct jg_err *err)
{
    struct jg_plan plan;
    struct jg_os_command command = {.argv = argv, .stdio = {JG_STDIO_INHERIT, JG_STDIO_INHERIT, JG_STDIO_INHERIT}};
    HANDLE process;
    DWORD pid, status;
    if (!jg_plan_make(&plan, &command, err))
        return;
    jg_control_listen(leave_it_to_the_command);
    jg_session_take_turn(JG_SESSION_EXEC);
    jg_codepage_give_back(); /* the command finds the console as it would without us */
    bool ok = jg_birth(NULL, &plan, false, &process, &pid, err);
    jg_plan_free(&plan);
    if (!ok) {
        jg_codepage_take();
        return;
    }
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &status);
    fflush(NULL);
    ExitProcess(status);
}
