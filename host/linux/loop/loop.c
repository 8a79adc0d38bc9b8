/*
** loop.c: the backend's half of the event loop.
**
** All that we wait for (pidfds, reapers' sockets, cgroup.events) is in one epoll set, which is itself
** one descriptor in libuv's loop: ten thousand processes cost libuv no more than one.
*/
#define _GNU_SOURCE
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "../attach/listener.h"
#include "../detach/detach.h"
#include "../job/cputime.h"
#include "../job/job.h"
#include "../linux.h"
#include "../process/process.h"
#include "../process/spawn.h"

enum { BATCH = 64, ROUNDS = 16, LOOK_AGAIN_MS = 250, CLOSE_TURN_MS = 100, CLOSE_SECONDS = 10 };

struct jg_turn {
    struct jg_turn *outer;
    int count;
    struct epoll_event events[BATCH];
};

/* More than most scripts ever open. Where fewer may be, a little below the limit: some there may be inherited. */
enum { HIGH_DESCRIPTOR = 4000, BELOW_LIMIT = 8 };

bool jg_watch_add(struct jg_os_loop *loop, struct jg_watch *watch, int fd, uint32_t events, struct jg_err *err)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        return jg_err_set(err, errno, "cannot wait for a descriptor");
    watch->fd = fd;
    return true;
}

void jg_watch_remove(struct jg_os_loop *loop, struct jg_watch *watch)
{
    if (watch->fd < 0)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->fd = -1;
    for (struct jg_turn *turn = loop->turn; turn != NULL; turn = turn->outer)
        for (int i = 0; i < turn->count; i++)
            if (turn->events[i].data.ptr == watch)
                turn->events[i].data.ptr = NULL;
}

bool jg_loop_turn(struct jg_os_loop *loop, int milliseconds)
{
    bool any = false;
    struct jg_turn turn = {.outer = loop->turn, .count = BATCH};
    loop->turn = &turn;
    for (int round = 0; round < ROUNDS && turn.count == BATCH; round++) {
        int count = epoll_wait(loop->epoll, turn.events, BATCH, round == 0 ? milliseconds : 0);
        turn.count = count > 0 ? count : 0;
        any = any || count > 0;
        for (int i = 0; i < turn.count; i++) {
            struct jg_watch *watch = turn.events[i].data.ptr;
            if (watch != NULL)
                watch->ready(watch, turn.events[i].events);
        }
    }
    loop->turn = turn.outer;
    return any;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    jg_loop_turn(poll->data, 0);
}

static void on_again(uv_timer_t *again)
{
    jg_loop_turn(again->data, 0);
    jg_jobs_check_all(again->data, false);
    uv_stop(again->loop); /* libuv would wait for something else before it returns, and somebody may be ready */
}

void jg_loop_look_again(struct jg_os_loop *loop)
{
    if (!loop->closing && !uv_is_active((uv_handle_t *)loop->again))
        uv_timer_start(loop->again, on_again, LOOK_AGAIN_MS, 0);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

/* Whether anything is still to come is the scheduler's to know: neither handle keeps the loop alive. */
static bool hook(struct jg_os_loop *loop, uv_loop_t *uv_loop, struct jg_err *err)
{
    uv_poll_t *poll = calloc(1, sizeof *poll);
    uv_timer_t *again = calloc(1, sizeof *again);
    if (poll == NULL || again == NULL) {
        free(poll);
        free(again);
        return jg_err_set(err, ENOMEM, "cannot open the loop");
    }
    uv_timer_init(uv_loop, again);
    uv_unref((uv_handle_t *)again);
    again->data = loop;
    loop->again = again;
    int error = uv_poll_init(uv_loop, poll, loop->epoll);
    if (error < 0) {
        free(poll);
        return jg_err_set(err, -error, "cannot hook into the event loop");
    }
    poll->data = loop;
    loop->poll = poll;
    error = uv_poll_start(poll, UV_READABLE, on_poll);
    uv_unref((uv_handle_t *)poll);
    if (error < 0)
        return jg_err_set(err, -error, "cannot hook into the event loop");
    return true;
}

/*
** libuv aborts the program if it can't grow its table of descriptors, which it does by doubling: better
** now, when there is memory and nothing to lose, than when the script has its hundredth pipe open.
*/
static void grow_table(struct jg_os_loop *loop, uv_loop_t *uv_loop)
{
    struct rlimit limit = {HIGH_DESCRIPTOR, HIGH_DESCRIPTOR};
    getrlimit(RLIMIT_NOFILE, &limit);
    int wanted = limit.rlim_cur > HIGH_DESCRIPTOR ? HIGH_DESCRIPTOR : (int)limit.rlim_cur - BELOW_LIMIT;
    int high = fcntl(loop->epoll, F_DUPFD_CLOEXEC, wanted);
    uv_poll_t *poll = high >= 0 ? malloc(sizeof *poll) : NULL;
    if (poll != NULL && uv_poll_init(uv_loop, poll, high) == 0) {
        uv_poll_start(poll, UV_READABLE, on_poll);
        uv_poll_stop(poll);
        uv_close((uv_handle_t *)poll, on_closed);
    } else {
        free(poll);
    }
    if (high >= 0)
        close(high);
}

static void dispose(struct jg_os_loop *loop)
{
    if (loop->poll != NULL) {
        uv_poll_stop(loop->poll);
        uv_close((uv_handle_t *)loop->poll, on_closed);
    }
    if (loop->again != NULL)
        uv_close((uv_handle_t *)loop->again, on_closed);
    jg_cputime_let_go(loop);
    jg_slots_close(&loop->slots);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
}

bool jg_os_loop_open(struct jg_os_loop **result, uv_loop_t *uv_loop, struct jg_err *err)
{
    struct jg_os_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return jg_err_set(err, ENOMEM, "cannot open the loop");
    loop->self = getpid();
    loop->settled.last = &loop->settled.first;
    for (int i = 0; i < JG_KEPT; i++)
        loop->kept[i] = -1;
    jg_detach_open(loop);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        jg_err_set(err, errno, "cannot open the loop");
        goto fail;
    }
    if (!jg_slots_open(&loop->slots, loop->self, err) || !hook(loop, uv_loop, err))
        goto fail;
    grow_table(loop, uv_loop);
    *result = loop;
    return true;

fail:
    dispose(loop);
    return false;
}

void jg_os_loop_close(struct jg_os_loop *loop)
{
    if (loop == NULL)
        return;
    loop->closing = true; /* no callback comes any more */
    jg_listener_close(loop->listener);
    jg_detach_close(loop);
    jg_jobs_release_all(loop);
    double deadline = jg_monotonic() + CLOSE_SECONDS;
    while (jg_os_loop_settling(loop) && jg_monotonic() < deadline)
        jg_os_loop_settle(loop, true);
    while (loop->jobs != NULL && jg_monotonic() < deadline) {
        jg_loop_turn(loop, CLOSE_TURN_MS);
        jg_jobs_check_all(loop, true);
    }
    jg_jobs_abandon(loop); /* whom a SIGKILL doesn't end, the run's end does, or waits for */
    jg_link_pool_close(&loop->reapers);
    jg_processes_forget(loop);
    jg_job_close_cgroups(loop);
    dispose(loop);
}
