/*
** detacherstart.c: how the detacher comes to be, and its end: the guard's side.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../reaper/reaper.h"
#include "../start/start.h"
#include "detacher.h"

const struct jg_detacher jg_detacher_none = {-1, -1, -1};

/* A process in between, which ends at once: the detacher is somebody else's child then. */
_Noreturn static void be_between(int socket, int life)
{
    setsid();
    pid_t pid = fork();
    if (pid == 0)
        jg_detacher_main(socket, life);
    jg_linux.shared->detacher = pid > 0 ? pid : -errno;
    _exit(0);
}

/* Its pid, or minus an errno. */
static pid_t fork_detacher(int socket, int life)
{
    jg_linux.shared->detacher = -ECHILD;
    pid_t between = fork();
    if (between == 0)
        be_between(socket, life);
    if (between < 0)
        return -errno;
    while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
        continue;
    return jg_linux.shared->detacher;
}

/* Whoever became jghost by an exec may be a subreaper, to whom the detacher would come. */
static pid_t fork_as_no_subreaper(int socket, int life)
{
    int was = 0;
    prctl(PR_GET_CHILD_SUBREAPER, &was);
    if (was)
        prctl(PR_SET_CHILD_SUBREAPER, 0);
    pid_t pid = fork_detacher(socket, life);
    if (was)
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    return pid;
}

/* Its first message, since from then on it ends with us. An errno. */
static int wait_until_ready(int socket)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds none;
    int got = jg_wire_receive(socket, &message, NULL, &none);
    return got > 0 ? message.error : got < 0 ? -got : ECHILD;
}

bool jg_detacher_start(struct jg_detacher *detacher, struct jg_err *err)
{
    static const char what[] = "cannot make the detacher";
    int sockets[2], life[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return jg_err_set(err, errno, what);
    detacher->socket = jg_linux.detach_socket = sockets[0];
    pid_t pid = pipe2(life, O_CLOEXEC) < 0 ? -errno : 0;
    if (pid == 0) {
        detacher->life = life[1];
        pid = fork_as_no_subreaper(sockets[1], life[0]);
        close(life[0]);
    }
    close(sockets[1]);
    if (pid < 0)
        return jg_err_set(err, -pid, what);
    detacher->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int error = detacher->pidfd >= 0 ? wait_until_ready(sockets[0]) : errno;
    return error == 0 || jg_err_set(err, error, what);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void jg_detacher_forget(struct jg_detacher *detacher)
{
    close_one(&detacher->pidfd);
    close_one(&detacher->life);
}

void jg_detacher_handed(struct jg_detacher *detacher)
{
    close_one(&detacher->socket);
    jg_linux.detach_socket = -1;
}

void jg_detacher_end(struct jg_detacher *detacher)
{
    jg_detacher_handed(detacher);
    if (detacher->pidfd >= 0) {
        syscall(SYS_pidfd_send_signal, detacher->pidfd, SIGKILL, NULL, 0);
        while (!jg_pidfd_ended(detacher->pidfd))
            poll(&(struct pollfd){.fd = detacher->pidfd, .events = POLLIN}, 1, -1);
    }
    jg_detacher_forget(detacher);
}
