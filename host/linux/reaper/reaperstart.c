/*
** reaperstart.c: how a job's reaper comes to be.
**
** The harness can't make it: copying its memory costs, and a reaper that is the harness's child would
** leave its orphans, when it is killed, outside of the run's init. So init forks it, being small.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../linux.h"
#include "../process/clone.h"
#include "../start/mounts.h"
#include "reaper.h"

bool jg_reaper_request(bool isolate, int *result, struct jg_err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return jg_err_set(err, errno, "cannot reach the job's reaper");
    struct jg_reaper_message message = {.word = JG_REAPER_CHILD, .flags = isolate ? JG_REAPER_ISOLATED : 0};
    struct jg_reaper_fds fds = {.at = {pair[1]}, .count = 1};
    int error = jg_wire_send(jg_linux.init_socket, &message, NULL, &fds);
    close(pair[1]);
    if (error < 0) {
        close(pair[0]);
        return jg_err_set(err, -error, "cannot ask for a job's reaper");
    }
    *result = pair[0];
    return true;
}

bool jg_reaper_serve(int init_socket, struct jg_pids *reapers)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
    int got = jg_wire_receive(init_socket, &message, NULL, &fds);
    if (got > 0 && message.word == JG_REAPER_CHILD && fds.count == 1) {
        pid_t pid = jg_reaper_start(fds.at[0], (message.flags & JG_REAPER_ISOLATED) != 0);
        if (pid > 0)
            jg_pids_add(reapers, pid); /* else nobody continues it: no reason to refuse it */
        return true;
    }
    jg_wire_close(&fds);
    return got > 0 || got == -EAGAIN;
}

/* fork, into namespaces of its own; by clone(2), since some seccomp filters know no clone3. */
static pid_t fork_isolated(void)
{
    return (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
}

static int mount_proc(void)
{
    return jg_mounts_make_private() && jg_mounts_proc() ? 0 : errno;
}

static void refuse(int socket, int error, int stage)
{
    struct jg_reaper_message message = {.word = JG_REAPER_READY, .error = error, .stage = stage};
    jg_wire_send(socket, &message, NULL, NULL);
}

_Noreturn static void be_reaper(int socket, bool isolate)
{
    int error = isolate ? mount_proc() : 0;
    if (error == 0)
        jg_reaper_main(socket, isolate);
    refuse(socket, error, JG_REAPER_AT_PROC);
    _exit(1);
}

pid_t jg_reaper_start(int socket, bool isolate)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before); /* none of our handlers runs in the reaper */
    pid_t pid = isolate ? fork_isolated() : fork();
    int error = errno;
    if (pid == 0)
        be_reaper(socket, isolate);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid < 0)
        refuse(socket, error, isolate ? JG_REAPER_AT_NAMESPACE : JG_REAPER_AT_FORK);
    close(socket);
    return pid;
}

void jg_reaper_continue(const struct jg_pids *reapers)
{
    siginfo_t info = {0};
    while (reapers->count > 0 && waitid(P_ALL, 0, &info, WSTOPPED | WNOHANG) == 0 && info.si_pid != 0) {
        if (jg_pids_has(reapers, info.si_pid))
            kill(info.si_pid, SIGCONT);
        info.si_pid = 0;
    }
}
