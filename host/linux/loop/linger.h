/*
** linger.h: not falling asleep for what is about to happen.
*/
#ifndef JG_LINGER_H
#define JG_LINGER_H

struct jg_linger {
    double began; /* when a process last began, by jg_monotonic; 0: one has ended since */
    double usual; /* how long it usually takes from then until one ends, in seconds */
};

/* A process has begun; one has ended. */
void jg_linger_began(struct jg_linger *linger);
void jg_linger_ended(struct jg_linger *linger);

#endif
