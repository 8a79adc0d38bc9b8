/*
** enter.c: the harness's side of the start-up.
**
** The process that the guard created begins here, running. It waits for the guard's end or the event, whichever comes
** first, and has started nothing until then.
*/
#include <stdio.h>

#include "../../stage.h"
#include "../state.h"

/* There is no other level for the guard to try, so it isn't left to the guard to say why this one can't be had. */
static bool failed(struct jg_err *err, const char *what)
{
    char reason[160];
    jg_err_set(err, (int)GetLastError(), what);
    fprintf(stderr, "jghost: %s: %s\n", what, jg_os_err_text(err->native, reason, sizeof reason));
    return false;
}

bool jg_os_harness_enter(struct jg_os_start *start, struct jg_err *err)
{
    HANDLE either[] = {start->guard, start->event};
    jg_stage(JG_STAGE_HARNESS_BORN);
    jg_stage(JG_STAGE_HARNESS_BOUND);
    DWORD which = WaitForMultipleObjects(2, either, FALSE, INFINITE);
    if (which == WAIT_FAILED)
        return failed(err, "cannot wait for the guard");
    if (which != WAIT_OBJECT_0 + 1)
        return jg_err_set(err, ERROR_PROCESS_ABORTED, "the guard has ended");
    jg_stage(JG_STAGE_HARNESS_RELEASED);
    CloseHandle(start->event);
    jg_stage(JG_STAGE_HARNESS_ENTERED);
    return true;
}
