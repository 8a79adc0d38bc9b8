/*
** link.h: the harness's end of a job's reaper.
*/
#ifndef JG_LINK_H
#define JG_LINK_H

#include "../loop/loop.h"
#include "../procfs/pids.h"
#include "linkpool.h"
#include "pidmap.h"

enum jg_link_state {
    JG_LINK_CLOSED, /* there is no reaper; the next spawn makes one */
    JG_LINK_OPEN,
    JG_LINK_DYING, /* its socket has ended, its processes end */
};

struct jg_link {
    struct jg_watch watch; /* of the socket */
    struct jg_watch death; /* of the reaper's pidfd */
    struct jg_os_loop *loop;
    struct jg_os_job *job;      /* NULL: it is kept in a pool */
    struct jg_link *next;       /* there */
    struct jg_link_pool *place; /* that one */
    struct jg_link_pool pool;   /* of reapers inside of it */
    bool outer;                 /* there are such, or there have been */
    unsigned made, inside;      /* how often its reaper was made; the same of the one around it, then */
    enum jg_link_state state;
    int socket, pidfd;
    int spare;            /* closed while a message is received: room for the descriptor in it */
    pid_t pid;            /* of the reaper, as we see it */
    uint64_t sent, empty; /* spawns asked for; how many of them the last EMPTY covered */
    struct jg_pidmap map;
};

/* Gives `job` a reaper that was kept, or makes one and waits until it is ready, for half a minute at the most. For
** jg_link_close; after a failure the job has none. */
bool jg_link_open(struct jg_os_job *job, struct jg_err *err);

/*
** Before the cgroup of `job` is frozen, or removed, or may not have processes itself any more: waits, but not for ever,
** until those that its reaper was asked to start have been born and have left for their exec. A reaper can't do
** anything else as long as one hasn't.
*/
void jg_link_settle(const struct jg_os_job *job);

/* The same for the jobs inside it, too. */
void jg_links_settle(const struct jg_os_job *job);

/* Adds the reapers of `job`, of those after it in its list, and of the jobs inside them, also those that are kept.
** False with errno: some are missing. */
bool jg_link_reapers(const struct jg_os_job *job, struct jg_pids *reapers);

/* The job is over: keeps its reaper, or ends it. */
void jg_link_close(struct jg_os_job *job);

/* Waits until something can be read there, or its other end is closed: 1; 0 after so many seconds, -1 with errno. */
int jg_link_wait(int fd, double seconds);

#endif
