/*
** start.h: the harness's creation.
*/
#ifndef JG_START_H
#define JG_START_H

#include "detacher.h"

/*
** Creates the harness, running, and hands it `event`, the detacher's if there is one, and what else it needs. Its
** handle is the caller's to close; NULL: it couldn't be.
*/
HANDLE jg_start_harness(HANDLE event, const struct jg_detacher *detacher, struct jg_err *err);

#endif
