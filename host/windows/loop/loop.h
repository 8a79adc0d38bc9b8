/*
** loop.h: the backend's half of the event loop: a queue that the system's threads fill and libuv's loop empties.
*/
#ifndef JG_LOOP_H
#define JG_LOOP_H

#include <stdbool.h>
#include <windows.h>

#include "../../os.h"

/* Something that a thread of the system's reports. Part of what it is about. */
struct jg_event {
    void (*ready)(struct jg_event *event); /* called in the loop's thread */
    struct jg_event *next, **link;         /* in the queue; link is NULL when it isn't */
};

struct jg_process_list {
    struct jg_os_process *first, **last;
};

/* What the guard is asked to detach: of the first the answer is awaited. */
struct jg_detach_queue {
    struct jg_event event; /* the answer is there */
    HANDLE wait;           /* the thread pool's; NULL: it doesn't wait */
    struct jg_os_detach *first, **last;
};

struct uv_async_s;
struct uv_timer_s;

struct jg_os_loop {
    struct uv_async_s *wake;
    struct uv_timer_s *again; /* looks at jobs whose last message may have been lost */
    HANDLE port, thread;      /* of the jobs' messages */
    SRWLOCK lock;             /* of the queue, which is all that the threads share with us */
    CONDITION_VARIABLE filled;
    struct jg_event *first, **last;
    struct jg_process_list settled; /* `spawned` hasn't come */
    struct jg_os_process *plain;    /* processes in no job */
    struct jg_os_job *jobs;         /* the outermost */
    struct jg_listener *listener;   /* NULL: nobody may attach */
    struct jg_detach_queue detach;
    bool closing;
};

#define JG_CONTAINER(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

/* From any thread: `ready` will be called. Once, however often this was before it is. */
void jg_event_post(struct jg_os_loop *loop, struct jg_event *event);

/* Nobody can post it any more: `ready` doesn't come, either. */
void jg_event_remove(struct jg_os_loop *loop, struct jg_event *event);

/* Looks at all jobs after a while, once: a quarter of a second. */
void jg_loop_look_again(struct jg_os_loop *loop);

#endif
