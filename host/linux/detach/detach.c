/*
** detach.c: the harness's end of the detacher.
**
** It is asked for one at a time, so neither ever waits for the other to read.
*/
#define _GNU_SOURCE
#include "detach.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../linux.h"
#include "../loop/loop.h"
#include "../parcel.h"
#include "detachedlog.h"
#include "detacher.h"

static const char cannot_reach[] = "cannot reach the detacher";

struct jg_os_detach {
    struct jg_os_detach *next;
    struct jg_os_loop *loop;
    jg_os_detached_fn *answered; /* NULL: nobody wants to know */
    void *owner;
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
    char *text;
};

static void dispose(struct jg_os_detach *request)
{
    jg_wire_close(&request->fds);
    free(request->text);
    free(request);
}

/* ---- the queue ---- */

static void join(struct jg_detach_queue *queue, struct jg_os_detach *request)
{
    *queue->last = request;
    queue->last = &request->next;
}

static void leave(struct jg_detach_queue *queue, struct jg_os_detach *request)
{
    struct jg_os_detach **link = &queue->first;
    while (*link != request)
        link = &(*link)->next;
    *link = request->next;
    if (request->next == NULL)
        queue->last = link;
}

static void answer_first(struct jg_os_loop *loop, const struct jg_os_detached *detached, const struct jg_err *err)
{
    struct jg_os_detach *request = loop->detach.first;
    leave(&loop->detach, request);
    if (request->answered != NULL)
        request->answered(request->owner, detached, err);
    dispose(request);
}

/* The detacher has the descriptors and the text then. */
static bool send_first(struct jg_os_loop *loop, struct jg_err *err)
{
    struct jg_os_detach *request = loop->detach.first;
    int error = jg_wire_send(jg_linux.detach_socket, &request->message, request->text, &request->fds);
    jg_wire_close(&request->fds);
    if (error < 0)
        return jg_err_set(err, -error, cannot_reach);
    return jg_watch_add(loop, &loop->detach.watch, jg_linux.detach_socket, EPOLLIN, err);
}

/* Those that can't be sent have their answer. */
static void go_on(struct jg_os_loop *loop)
{
    struct jg_err err;
    while (loop->detach.first != NULL && !send_first(loop, &err))
        answer_first(loop, NULL, &err);
}

static const char *what_failed(int stage)
{
    return stage == JG_DETACHER_AT_LOG ? jg_detachedlog_what() : jg_birth_what(stage);
}

static void on_answer(struct jg_watch *watch, uint32_t events)
{
    struct jg_os_loop *loop = JG_CONTAINER(watch, struct jg_os_loop, detach.watch);
    struct jg_reaper_message message;
    struct jg_reaper_fds none;
    struct jg_err err;
    (void)events;
    int got = jg_wire_receive(watch->fd, &message, NULL, &none);
    if (got == -EAGAIN || got == -EINTR)
        return;
    jg_watch_remove(loop, watch);
    if (got <= 0) {
        jg_err_set(&err, got < 0 ? -got : EPIPE, cannot_reach);
        answer_first(loop, NULL, &err);
    } else if (message.word == JG_REAPER_SPAWNED) {
        answer_first(loop, &(struct jg_os_detached){.pid = message.pid, .started = (double)message.id}, NULL);
    } else {
        jg_err_set(&err, message.error, what_failed(message.stage));
        answer_first(loop, NULL, &err);
    }
    go_on(loop);
}

/* ---- a request ---- */

/* The detacher is elsewhere: what is relative to our folder isn't to its. */
static bool full_folder(const char *cwd, char path[PATH_MAX], struct jg_err *err)
{
    char ours[PATH_MAX] = "";
    bool is_full = cwd != NULL && cwd[0] == '/';
    if (!is_full && getcwd(ours, sizeof ours) == NULL)
        return jg_err_set(err, errno, jg_birth_what(JG_BIRTH_CHDIR));
    int length = snprintf(path, PATH_MAX, "%s%s%s", ours, is_full || cwd == NULL ? "" : "/", cwd == NULL ? "" : cwd);
    return length < PATH_MAX || jg_err_set(err, ENAMETOOLONG, jg_birth_what(JG_BIRTH_CHDIR));
}

static bool copy_descriptors(struct jg_os_detach *request, const int *stdio, struct jg_err *err)
{
    for (int i = 0; i < 3; i++) {
        int copy = fcntl(stdio[i], F_DUPFD_CLOEXEC, 3);
        if (copy < 0)
            return jg_err_set(err, errno, jg_birth_what(JG_BIRTH_SETUP));
        request->fds.at[request->fds.count++] = copy;
    }
    return true;
}

static bool fill(struct jg_os_detach *request, const struct jg_os_command *command, struct jg_err *err)
{
    char folder[PATH_MAX];
    struct jg_os_command full = *command;
    full.cwd = folder;
    request->message.word = JG_REAPER_SPAWN;
    if (!full_folder(command->cwd, folder, err) || !copy_descriptors(request, command->stdio, err))
        return false;
    return jg_parcel_pack(&full, &request->message, &request->text, &request->fds) ||
           jg_err_set(err, errno, jg_birth_what(JG_BIRTH_START));
}

bool jg_os_may_detach(struct jg_err *err)
{
    return jg_linux.detach_socket >= 0 ||
           jg_err_set(err, EPERM, "jghost was started without --allow-detach: cannot detach");
}

bool jg_os_detach(struct jg_os_loop *loop, const struct jg_os_command *command, jg_os_detached_fn *answered,
                  void *owner, struct jg_os_detach **result, struct jg_err *err)
{
    if (!jg_os_may_detach(err))
        return false;
    struct jg_os_detach *request = calloc(1, sizeof *request);
    if (request == NULL)
        return jg_err_set(err, ENOMEM, jg_birth_what(JG_BIRTH_START));
    request->loop = loop;
    request->answered = answered;
    request->owner = owner;
    bool ok = fill(request, command, err);
    bool is_first = loop->detach.first == NULL;
    if (ok)
        join(&loop->detach, request);
    if (ok && is_first && !send_first(loop, err)) {
        leave(&loop->detach, request);
        ok = false;
    }
    if (!ok)
        dispose(request);
    *result = ok ? request : NULL;
    return ok;
}

void jg_os_detach_release(struct jg_os_detach *request)
{
    request->answered = NULL;
    if (request == request->loop->detach.first)
        return; /* it may have happened; its answer is awaited for the next one's sake */
    leave(&request->loop->detach, request);
    dispose(request);
}

void jg_detach_open(struct jg_os_loop *loop)
{
    loop->detach = (struct jg_detach_queue){.watch = {on_answer, -1}, .last = &loop->detach.first};
}

void jg_detach_close(struct jg_os_loop *loop)
{
    jg_watch_remove(loop, &loop->detach.watch);
    while (loop->detach.first != NULL) {
        struct jg_os_detach *request = loop->detach.first;
        leave(&loop->detach, request);
        dispose(request);
    }
}
