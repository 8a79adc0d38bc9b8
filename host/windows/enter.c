/*
** enter.c: the harness's side of the start-up.
**
** The process that the guard created begins here, running. It waits for the guard's end or the event, whichever comes
** first, and has started nothing until then.
*/
#include <stdio.h>
#include <stdlib.h>

#include "../stage.h"
#include "quote.h"
#include "state.h"

bool jg_os_harness_enter(struct jg_os_start *start, struct jg_err *err)
{
    HANDLE either[] = {start->guard, start->event};
    jg_stage(JG_STAGE_HARNESS_BORN);
    jg_stage(JG_STAGE_HARNESS_BOUND);
    DWORD which = WaitForMultipleObjects(2, either, FALSE, INFINITE);
    if (which == WAIT_FAILED)
        return jg_err_set(err, (int)GetLastError(), "cannot wait for the guard");
    if (which != WAIT_OBJECT_0 + 1)
        return jg_err_set(err, ERROR_PROCESS_ABORTED, "the guard has ended");
    jg_stage(JG_STAGE_HARNESS_RELEASED);
    CloseHandle(start->event);
    jg_stage(JG_STAGE_HARNESS_ENTERED);
    return true;
}
