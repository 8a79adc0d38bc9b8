/*
** linger.c: not falling asleep for what is about to happen.
**
** To fall asleep and to be woken on another processor costs half of what a process costs that does next to nothing.
** Where processes have lived as short as that of late, the loop looks for their end for about as long, before it
** sleeps; whoever else can run goes first.
*/
#define _GNU_SOURCE
#include "linger.h"

#include <sched.h>
#include <time.h>

#include "loop.h"

enum { LONGEST = 200000 }; /* nanoseconds */

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void jg_linger_began(struct jg_linger *linger)
{
    linger->began = now();
}

void jg_linger_ended(struct jg_linger *linger)
{
    if (linger->began == 0)
        return;
    int64_t took = now() - linger->began;
    if (took > 8 * LONGEST)
        took = 8 * LONGEST;
    linger->usual += (took - linger->usual) / 4;
    linger->began = 0;
}

bool jg_os_loop_linger(struct jg_os_loop *loop)
{
    const struct jg_linger *linger = &loop->linger;
    if (linger->began == 0 || linger->usual > LONGEST)
        return false;
    while (now() - linger->began < LONGEST) {
        if (jg_loop_turn(loop, 0))
            return true;
        sched_yield();
    }
    return false;
}
