/*
** descendants.h: ending every descendant of this process.
*/
#ifndef JG_DESCENDANTS_H
#define JG_DESCENDANTS_H

#include <stdbool.h>
#include <sys/types.h>

struct rusage;

struct jg_ender {
    bool (*spare)(void *argument, pid_t pid); /* is this child to live? NULL: none is */
    void (*reaped)(void *argument, pid_t pid, int status, const struct rusage *usage); /* NULL: nobody asks */
    void *argument;
};

/*
** Ends and reaps every descendant, repeatedly, until none is left. This process must be a subreaper
** and single-threaded. A child that is spared stays, and what descends from it.
*/
void jg_descendants_end_by(const struct jg_ender *ender);

/* The same, sparing nobody. */
void jg_descendants_end(void);

#endif
