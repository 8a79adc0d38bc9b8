/*
** plan.h: a command, copied and made ready for CreateProcessW.
*/
#ifndef JG_PLAN_H
#define JG_PLAN_H

#include <stdbool.h>
#include <windows.h>

#include "../../os.h"

struct jg_plan {
    wchar_t *program;     /* its full path */
    wchar_t *line;        /* its command line; CreateProcessW may write to it */
    wchar_t *folder;      /* the full path of its working directory; NULL: ours */
    wchar_t *environment; /* NULL: ours */
    HANDLE stdio[3];      /* inheritable copies; NULL: there is none, or it is its terminal */
    void *console;        /* the pseudoconsole that is its terminal; NULL: our console */
};

/* For jg_plan_free; the console stays the pty's. False: nothing needs freeing. */
bool jg_plan_make(struct jg_plan *plan, const struct jg_os_command *command, struct jg_err *err);

void jg_plan_free(struct jg_plan *plan);

#endif
