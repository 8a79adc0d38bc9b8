/*
** link.h: the harness's end of a job's reaper.
*/
#ifndef JG_LINK_H
#define JG_LINK_H

#include "loop.h"
#include "pidmap.h"

enum jg_link_state {
    JG_LINK_CLOSED, /* there is no reaper; the next spawn makes one */
    JG_LINK_OPEN,
    JG_LINK_DYING, /* its socket has ended, its processes end */
};

struct jg_link {
    struct jg_watch watch; /* of the socket */
    struct jg_watch death; /* of the reaper's pidfd */
    struct jg_os_job *job;
    enum jg_link_state state;
    int socket, pidfd;
    int spare;            /* closed while a message is received: room for the descriptor in it */
    pid_t pid;            /* of the reaper, as we see it */
    uint64_t sent, empty; /* spawns asked for; how many of them the last EMPTY covered */
    struct jg_pidmap map;
};

/* Makes the reaper of `job`, and waits until it is ready. */
bool jg_link_open(struct jg_os_job *job, struct jg_err *err);

/* Ends the reaper's work, and frees the link. */
void jg_link_close(struct jg_os_job *job);

/* Waits until something can be read there, or its other end is closed; the result is poll's. */
int jg_link_wait(int fd, double seconds);

#endif
