/*
** detacher.h: the guard starts what is meant to outlive the run.
**
** The harness asks for it in the page that both share, see state.h.
*/
#ifndef JG_DETACHER_H
#define JG_DETACHER_H

#include <stdbool.h>
#include <windows.h>

#include "../../err.h"

/* Two events, NULL if the run may not detach. */
struct jg_detacher {
    HANDLE asked, answered;
};

/* Makes both; they are the caller's to close, also the one that is there after a failure. */
bool jg_detacher_open(struct jg_detacher *detacher, struct jg_err *err);

/* `asked` was signalled: does what the harness asks for, and answers, or why it couldn't. `harness` is the process. */
void jg_detacher_serve(const struct jg_detacher *detacher, HANDLE harness);

/* Why something could not be detached. */
enum jg_detacher_stage { JG_DETACHER_AT_START, JG_DETACHER_AT_RUN, JG_DETACHER_AT_LOG };

/* The words for it. Static text. */
const char *jg_detacher_what(int stage);

#endif
