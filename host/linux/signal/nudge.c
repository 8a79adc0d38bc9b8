/*
** nudge.c: breaks off what the harness's thread waits for.
**
** A script that waits in a read of the C library's learns of an interrupt only if the read fails. The interrupt itself
** lets it go on: it often comes twice, and the twin of one that has been raised must not break off what the script does
** to clean up. So, as long as one hasn't been raised, a timer sends another signal, which does break off. It does so
** again and again: one that comes just before the read begins doesn't end it.
*/
#define _GNU_SOURCE
#include "nudge.h"

#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id /* glibc has the field, but not its name */
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { NUDGE = SIGURG /* does nothing by default, and hardly anybody wants it */ };
enum { FIRST_NS = 20000000, NEXT_NS = 100000000 };

/* Signal handlers have no argument of ours. */
static struct {
    bool open;
    timer_t timer;
} nudge;

static void on_nudge(int signal)
{
    (void)signal; /* that it came is all */
}

void jg_nudge_open(void)
{
    struct sigaction action = {.sa_handler = on_nudge}; /* no SA_RESTART */
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = NUDGE};
    event.sigev_notify_thread_id = gettid();
    sigemptyset(&action.sa_mask);
    if (sigaction(NUDGE, &action, NULL) == 0)
        nudge.open = timer_create(CLOCK_MONOTONIC, &event, &nudge.timer) == 0;
}

static void set(const struct itimerspec *times)
{
    if (nudge.open)
        timer_settime(nudge.timer, 0, times, NULL);
}

void jg_nudge_begin(void)
{
    set(&(struct itimerspec){.it_value.tv_nsec = FIRST_NS, .it_interval.tv_nsec = NEXT_NS});
}

void jg_nudge_end(void)
{
    set(&(struct itimerspec){0});
}
