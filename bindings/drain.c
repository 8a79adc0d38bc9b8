/*
** drain.c: reads what an ended process had still written.
**
** Waiting for the end of the pipe would wait for whoever else holds it, a daemon perhaps, for ever.
** All that the process itself wrote is in the pipe when it ends; so it is enough to poll once more,
** and as long as that brings something new, again, but never more than a pipe can hold.
*/
#include "process.h"

enum { LARGEST_PIPE = 1 << 20 }; /* pipe(7): what an unprivileged process may ask for */

static bool drained(struct jg_reader *reader)
{
    if (reader == NULL || reader->ended)
        return true;
    uint64_t before = reader->seen;
    reader->seen = reader->capture.total;
    return before == reader->seen || reader->seen - reader->base >= LARGEST_PIPE;
}

/* After a poll. Each process is looked at twice at least: the first look may come before the poll
** that would have found its pipes. */
static void look(uv_check_t *check)
{
    struct jg_host *host = check->data;
    struct jg_process **link = &host->draining;
    while (*link != NULL) {
        struct jg_process *process = *link;
        bool done = drained(process->reader[1]);
        done = drained(process->reader[2]) && done;
        if (done) {
            *link = process->next_draining;
            jg_handle_signal(&process->handle);
        } else {
            link = &process->next_draining;
        }
    }
    if (host->draining == NULL) {
        uv_check_stop(&host->look);
        uv_idle_stop(&host->idle);
    }
}

static void do_nothing(uv_idle_t *idle)
{
    (void)idle; /* while it is active, the loop polls without blocking */
}

void jg_drain_open(struct jg_host *host)
{
    uv_check_init(&host->uv, &host->look);
    uv_idle_init(&host->uv, &host->idle);
    host->look.data = host;
}

static void begin(struct jg_reader *reader)
{
    if (reader == NULL)
        return;
    reader->base = reader->capture.total;
    reader->seen = UINT64_MAX; /* no look yet */
}

void jg_drain_process(struct jg_process *process)
{
    struct jg_host *host = process->host;
    if (process->reader[1] == NULL && process->reader[2] == NULL) {
        jg_handle_signal(&process->handle);
        return;
    }
    begin(process->reader[1]);
    begin(process->reader[2]);
    process->next_draining = host->draining;
    host->draining = process;
    uv_check_start(&host->look, look);
    uv_idle_start(&host->idle, do_nothing);
}

void jg_drain_forget(struct jg_process *process)
{
    struct jg_process **link = &process->host->draining;
    while (*link != NULL && *link != process)
        link = &(*link)->next_draining;
    if (*link != NULL)
        *link = process->next_draining;
}
