/*
** loop.h: the backend's half of the event loop: one epoll set inside libuv's.
*/
#ifndef JG_LOOP_H
#define JG_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "../../os.h"
#include "../process/slot.h"
#include "../reaper/linkpool.h"
#include "linger.h"

/* A descriptor that is waited for. Part of what it wakes. */
struct jg_watch {
    void (*ready)(struct jg_watch *watch, uint32_t events);
    int fd; /* -1: not waited for */
};

struct jg_process_list {
    struct jg_os_process *first, **last;
};

/* What the detacher is asked for: of the first the answer is awaited. */
struct jg_detach_queue {
    struct jg_watch watch; /* of its socket */
    struct jg_os_detach *first, **last;
};

struct uv_poll_s;
struct uv_timer_s;
struct jg_cgroup_run;
struct jg_turn;
struct jg_listener;

enum { JG_KEPT = 2 }; /* /proc, and a file in it */

struct jg_os_loop {
    struct uv_poll_s *poll;
    struct uv_timer_s *again; /* a job may have become empty, and nobody has told */
    int epoll;
    pid_t self;           /* the pid of this process */
    struct jg_turn *turn; /* whose events are being handled; callbacks may run the loop again */
    bool closing;
    struct jg_slots slots;
    struct jg_linger linger;
    struct jg_process_list settled; /* born or failed, but `spawned` hasn't come */
    struct jg_os_process *plain;    /* processes in no job */
    struct jg_os_job *jobs;         /* the outermost */
    struct jg_link_pool reapers;    /* that no job has, for the next ones */
    struct jg_cgroup_run *cgroups;  /* this run's cgroups; NULL if there are none */
    struct jg_listener *listener;   /* for those who attach, or NULL */
    struct jg_detach_queue detach;
    int kept[JG_KEPT];  /* descriptors for looks at processor time, or -1: see cputime.c */
    bool cgroups_known; /* they were looked for */
    bool cgroups_moved; /* to where limits can be had, or there is no such place */
};

#define JG_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* Has `ready` called when these events of epoll's come. The descriptor stays the caller's. */
bool jg_watch_add(struct jg_os_loop *loop, struct jg_watch *watch, int fd, uint32_t events, struct jg_err *err);

/* Before the descriptor is closed: a process between clone and exec may hold a copy, and then epoll
** would go on reporting it. Events of it that were fetched already are forgotten. */
void jg_watch_remove(struct jg_os_loop *loop, struct jg_watch *watch);

/* Looks in a moment whether jobs have become empty. */
void jg_loop_look_again(struct jg_os_loop *loop);

/* Waits for something at most `milliseconds` (-1: for ever), and calls whoever is ready. False: nobody was. */
bool jg_loop_turn(struct jg_os_loop *loop, int milliseconds);

#endif
