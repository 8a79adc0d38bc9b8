/*
** outbox.h: a reaper's messages that the harness hasn't room for yet.
*/
#ifndef JG_OUTBOX_H
#define JG_OUTBOX_H

#include "reaper.h"

struct jg_letter;

struct jg_outbox {
    int socket;
    struct jg_letter *first, **last;
};

/* An empty one; the socket stays the caller's. */
void jg_outbox_open(struct jg_outbox *box, int socket);

/* Sends it now or later, never waiting: who waits for the harness could be waited for by it. Takes `fd` (-1: none),
** which it closes. */
void jg_outbox_send(struct jg_outbox *box, const struct jg_reaper_message *message, int fd);

/* Sends what there is room for. */
void jg_outbox_flush(struct jg_outbox *box);

#endif
