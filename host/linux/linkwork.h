/*
** linkwork.h: what the harness asks of a job's reaper.
*/
#ifndef JG_LINKWORK_H
#define JG_LINKWORK_H

#include "link.h"

/* Makes the reaper anew if it was ended. */
bool jg_link_ready(struct jg_link *link, struct jg_err *err);

/* Asks `outer` for a reaper inside of it, whose socket it gives. READY is still to come. */
bool jg_link_request(struct jg_link *outer, bool isolate, int *socket, struct jg_err *err);

#endif
