/*
** loop.c: the backend's half of the event loop.
**
** Threads of the system's wait for what libuv can't: the thread pool for processes, any number of them, and one
** thread of ours for the messages of jobs. They put events into a queue and wake libuv's loop, which hands them out
** one by one: a callback may run the loop again, or free what another event in the queue is about.
*/
#include <uv.h> /* first: it has winsock2.h, which wants to be before windows.h */

#include "loop.h"

#include <stdlib.h>

#include "../attach/listener.h"
#include "../detach/detach.h"
#include "../job/job.h"
#include "../process/process.h"
#include "messages.h"

enum { BATCH = 256, LOOK_AGAIN_MS = 250, CLOSE_TURN_MS = 50 };

void jg_event_post(struct jg_os_loop *loop, struct jg_event *event)
{
    AcquireSRWLockExclusive(&loop->lock);
    bool queued = event->link != NULL;
    if (!queued) {
        event->next = NULL;
        event->link = loop->last;
        *loop->last = event;
        loop->last = &event->next;
        WakeConditionVariable(&loop->filled);
    }
    ReleaseSRWLockExclusive(&loop->lock);
    if (!queued)
        uv_async_send(loop->wake);
}

/* With the lock held. */
static void unlink_event(struct jg_os_loop *loop, struct jg_event *event)
{
    *event->link = event->next;
    if (event->next != NULL)
        event->next->link = event->link;
    else
        loop->last = event->link;
    event->link = NULL;
}

void jg_event_remove(struct jg_os_loop *loop, struct jg_event *event)
{
    AcquireSRWLockExclusive(&loop->lock);
    if (event->link != NULL)
        unlink_event(loop, event);
    ReleaseSRWLockExclusive(&loop->lock);
}

/* The first event, waiting for it at most `milliseconds`; NULL: there is none. */
static struct jg_event *take(struct jg_os_loop *loop, DWORD milliseconds)
{
    AcquireSRWLockExclusive(&loop->lock);
    if (loop->first == NULL && milliseconds > 0)
        SleepConditionVariableSRW(&loop->filled, &loop->lock, milliseconds, 0);
    struct jg_event *event = loop->first;
    if (event != NULL)
        unlink_event(loop, event);
    ReleaseSRWLockExclusive(&loop->lock);
    return event;
}

/* Not for ever: others in the loop have their turn, too, and then the rest does. False: there was nothing. */
static bool turn(struct jg_os_loop *loop, DWORD milliseconds)
{
    int count = 0;
    struct jg_event *event = take(loop, milliseconds);
    while (event != NULL && count < BATCH) {
        event->ready(event);
        event = ++count < BATCH ? take(loop, 0) : NULL;
    }
    if (count == BATCH)
        uv_async_send(loop->wake);
    return count > 0;
}

static void on_wake(uv_async_t *wake)
{
    turn(wake->data, 0);
}

static void on_again(uv_timer_t *again)
{
    jg_jobs_check_all(again->data, true);
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
    uv_async_t *wake = calloc(1, sizeof *wake);
    uv_timer_t *again = calloc(1, sizeof *again);
    int code = wake == NULL || again == NULL ? UV_ENOMEM : uv_async_init(uv_loop, wake, on_wake);
    if (code != 0) {
        free(wake);
        free(again);
        return jg_err_set(err, -code, "cannot hook into the event loop");
    }
    uv_timer_init(uv_loop, again);
    wake->data = again->data = loop;
    uv_unref((uv_handle_t *)wake);
    uv_unref((uv_handle_t *)again);
    loop->wake = wake;
    loop->again = again;
    return true;
}

/*
** Nobody may post any more when the handles are closed: the thread has ended, no process is waited for. What is left in
** the queue are jobs that are to be freed.
*/
static void dispose(struct jg_os_loop *loop)
{
    jg_messages_close(loop);
    for (struct jg_event *event; (event = take(loop, 0)) != NULL;)
        event->ready(event);
    if (loop->wake != NULL) {
        uv_close((uv_handle_t *)loop->wake, on_closed);
        uv_close((uv_handle_t *)loop->again, on_closed);
    }
    free(loop);
}

bool jg_os_loop_open(struct jg_os_loop **result, uv_loop_t *uv_loop, struct jg_err *err)
{
    struct jg_os_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot open the loop");
    loop->settled.last = &loop->settled.first;
    jg_detach_open(loop);
    loop->last = &loop->first;
    InitializeSRWLock(&loop->lock);
    InitializeConditionVariable(&loop->filled);
    if (!hook(loop, uv_loop, err) || !jg_messages_open(loop, err)) {
        dispose(loop);
        return false;
    }
    *result = loop;
    return true;
}

void jg_os_loop_close(struct jg_os_loop *loop)
{
    if (loop == NULL)
        return;
    loop->closing = true; /* no callback comes any more */
    jg_listener_close(loop->listener);
    jg_detach_close(loop);
    jg_jobs_release_all(loop);
    jg_os_loop_settle(loop, true);
    while (loop->jobs != NULL) {
        turn(loop, CLOSE_TURN_MS);
        jg_jobs_check_all(loop, true);
    }
    jg_processes_forget(loop);
    dispose(loop);
}

/* One wake-up may stand for many events, and the callback of one may run the loop again, to wait for another. */
bool jg_os_loop_linger(struct jg_os_loop *loop)
{
    return turn(loop, 0);
}
