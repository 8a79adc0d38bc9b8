/*
** linger.c: not falling asleep for what is about to happen.
**
** To fall asleep and to be woken on another processor costs half of what a process costs that does next to nothing.
** Where processes have lived as short as that of late, the loop looks for their end for about as long, before it
** sleeps; whoever else can run goes first.
*/
#define _GNU_SOURCE
#include "linger.h"

#include <math.h>
#include <sched.h>

#include "../linux.h"
#include "loop.h"

static const double longest = 200e-6; /* seconds */

void jg_linger_began(struct jg_linger *linger)
{
    linger->began = jg_monotonic();
}

void jg_linger_ended(struct jg_linger *linger)
{
    if (linger->began == 0)
        return;
    double took = fmin(jg_monotonic() - linger->began, 8 * longest);
    linger->usual += (took - linger->usual) / 4;
    linger->began = 0;
}

bool jg_os_loop_linger(struct jg_os_loop *loop)
{
    const struct jg_linger *linger = &loop->linger;
    if (linger->began == 0 || linger->usual > longest)
        return false;
    while (jg_monotonic() - linger->began < longest) {
        if (jg_loop_turn(loop, 0))
            return true;
        sched_yield();
    }
    return false;
}
