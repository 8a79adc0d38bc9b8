/*
** orphans.h: what those had read and written who were orphaned in a job and ended there.
**
** In a job that is a cgroup they aren't the harness's children but init's, by whom alone the kernel lets be known what
** they had used. So init adds it up, by the number in the name of their cgroup, in memory that the harness sees.
*/
#ifndef JG_ORPHANS_H
#define JG_ORPHANS_H

#include <stdint.h>
#include <sys/types.h>

struct rusage;

enum { JG_ORPHAN_NUMBERS = 4096 };

/* Of all who were in the cgroup of that number, and in those inside it, whatever job had it. */
struct jg_orphans {
    _Atomic int64_t read_bytes, written_bytes;
    uint8_t taken; /* by a cgroup; the harness's own */
};

/* A number for a new cgroup, that no other one of the run has; to be given back. From JG_ORPHAN_NUMBERS on nobody
** counts for it. */
unsigned jg_orphans_take(void);
void jg_orphans_give(unsigned number);

/* Their sums; all of it is 0 for a number that nobody counts for. */
struct jg_orphans_io {
    int64_t read_bytes, written_bytes;
};
struct jg_orphans_io jg_orphans_io(unsigned number);

/* Waits until init has reaped all who have ended by now, for two seconds at the most. */
void jg_orphans_await(void);

/* In init: this child has ended, and used that. It must not have been reaped. */
void jg_orphans_add(pid_t pid, const struct rusage *usage);

#endif
