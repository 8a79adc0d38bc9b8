/*
** link.c: the harness's end of a job's reaper: how it begins, and how it is closed.
*/
#define _GNU_SOURCE
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../job/job.h"
#include "../linux.h"
#include "../procfs/fdinfo.h"
#include "linkwork.h"
#include "reaper.h"

enum { READY_SECONDS = 30 };

static const char *const ready_what[] = {
    [JG_REAPER_AT_FORK] = "cannot make the job's reaper",
    [JG_REAPER_AT_NAMESPACE] = "cannot make a pid namespace",
    [JG_REAPER_AT_PROC] = "cannot mount a /proc for the job",
};

void jg_link_close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool jg_link_reserve(struct jg_os_loop *loop, int *fd)
{
    if (*fd < 0)
        *fd = fcntl(loop->slots.placeholder, F_DUPFD_CLOEXEC, 0);
    return *fd >= 0;
}

int jg_link_wait(int fd, double seconds)
{
    struct pollfd handle = {.fd = fd, .events = POLLIN};
    double deadline = jg_monotonic() + seconds;
    int ready;
    do {
        ready = poll(&handle, 1, (int)(fmax(deadline - jg_monotonic(), 0) * 1000));
    } while (ready < 0 && errno == EINTR);
    return ready;
}

static bool receive_ready(struct jg_link *link, struct jg_err *err)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds fds = {.count = 0};
    int got, ready = jg_link_wait(link->socket, READY_SECONDS);
    got = ready > 0 ? jg_wire_receive(link->socket, &message, NULL, &fds) : -ETIMEDOUT;
    if (got > 0 && message.error == 0 && fds.count == 1) {
        link->pidfd = fds.at[0];
        return true;
    }
    jg_wire_close(&fds);
    if (got > 0 && message.error != 0)
        return jg_err_set(err, message.error, ready_what[message.stage]);
    return jg_err_set(err, got > 0 ? EMFILE : got == 0 ? ECONNRESET : -got, ready_what[JG_REAPER_AT_FORK]);
}

/* A job inside an isolated one has its reaper in the same namespace: the outer reaper makes it. */
static bool request(struct jg_link *link, struct jg_err *err)
{
    struct jg_link *outer = jg_job_nearest_link(link->job->parent);
    if (outer == NULL)
        return jg_reaper_request(link->job->isolate, &link->socket, err);
    if (!jg_link_ready(outer, err) || !jg_link_request(outer, link->job->isolate, &link->socket, err))
        return false;
    link->inside = outer->made;
    return true;
}

static bool start(struct jg_link *link, struct jg_err *err)
{
    struct jg_os_loop *loop = link->loop;
    if (!request(link, err) || !receive_ready(link, err))
        goto fail;
    fcntl(link->socket, F_SETFL, O_NONBLOCK);
    int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    link->pid = jg_fdinfo_pid(proc, link->pidfd);
    close(proc);
    link->sent = link->empty = 0;
    link->made++;
    link->outer = false;
    jg_link_reserve(loop, &link->spare);
    if (!jg_watch_add(loop, &link->watch, link->socket, EPOLLIN, err) ||
        !jg_watch_add(loop, &link->death, link->pidfd, EPOLLIN, err))
        goto fail;
    link->state = JG_LINK_OPEN;
    return true;

fail:
    jg_watch_remove(loop, &link->watch);
    jg_link_close_fd(&link->socket);
    jg_link_close_fd(&link->pidfd);
    jg_link_close_fd(&link->spare);
    return false;
}

bool jg_link_ready(struct jg_link *link, struct jg_err *err)
{
    if (link->state == JG_LINK_DYING)
        return jg_err_set(err, EBUSY, "the job is being ended");
    return link->state == JG_LINK_OPEN || start(link, err);
}

bool jg_link_open(struct jg_os_job *job, struct jg_err *err)
{
    struct jg_link *link = jg_link_reuse(job);
    job->link = link;
    if (link != NULL)
        return true;
    link = calloc(1, sizeof *link);
    if (link == NULL)
        return jg_err_set(err, ENOMEM, "cannot make a job");
    link->loop = job->loop;
    link->job = job;
    link->watch = (struct jg_watch){.ready = jg_link_on_socket, .fd = -1};
    link->death = (struct jg_watch){.ready = jg_link_on_death, .fd = -1};
    link->socket = link->pidfd = link->spare = -1;
    if (!start(link, err)) {
        free(link);
        return false;
    }
    job->link = link;
    return true;
}

void jg_link_free(struct jg_link *link)
{
    jg_link_pool_close(&link->pool);
    jg_watch_remove(link->loop, &link->watch);
    jg_watch_remove(link->loop, &link->death);
    jg_link_close_fd(&link->socket); /* its end-of-file, at which the reaper ends */
    jg_link_close_fd(&link->pidfd);
    jg_link_close_fd(&link->spare);
    jg_pidmap_free(&link->map);
    free(link);
}

void jg_link_close(struct jg_os_job *job)
{
    struct jg_link *link = job->link;
    if (link != NULL && !jg_link_keep(link))
        jg_link_free(link);
    job->link = NULL;
}
