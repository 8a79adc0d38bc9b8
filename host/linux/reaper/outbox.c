/*
** outbox.c: a reaper's messages that the harness hasn't room for yet.
*/
#define _GNU_SOURCE
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct jg_letter {
    struct jg_letter *next;
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
};

void jg_outbox_open(struct jg_outbox *box, int socket)
{
    box->socket = socket;
    box->first = NULL;
    box->last = &box->first;
}

void jg_outbox_send(struct jg_outbox *box, const struct jg_reaper_message *message, int fd)
{
    struct jg_reaper_fds fds = {.at = {fd}, .count = fd >= 0};
    struct jg_letter *letter;
    if (box->first == NULL && jg_wire_send(box->socket, message, NULL, &fds) != -EAGAIN) {
        jg_wire_close(&fds); /* any other error: the harness is gone, as its end-of-file will tell */
        return;
    }
    while ((letter = malloc(sizeof *letter)) == NULL)
        sleep(1);
    letter->next = NULL;
    letter->message = *message;
    letter->fds = fds;
    *box->last = letter;
    box->last = &letter->next;
}

void jg_outbox_flush(struct jg_outbox *box)
{
    struct jg_letter *letter;
    while ((letter = box->first) != NULL &&
           jg_wire_send(box->socket, &letter->message, NULL, &letter->fds) != -EAGAIN) {
        box->first = letter->next;
        if (box->first == NULL)
            box->last = &box->first;
        jg_wire_close(&letter->fds);
        free(letter);
    }
}
