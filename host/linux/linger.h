/*
** linger.h: not falling asleep for what is about to happen.
*/
#ifndef JG_LINGER_H
#define JG_LINGER_H

#include <stdint.h>

struct jg_linger {
    int64_t began; /* when a process last began, by the monotonic clock in nanoseconds; 0: one has ended since */
    int64_t usual; /* how long it usually takes from then until one ends */
};

/* A process has begun; one has ended. */
void jg_linger_began(struct jg_linger *linger);
void jg_linger_ended(struct jg_linger *linger);

#endif
