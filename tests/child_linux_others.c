/*
** child_linux_others.c: the processes that the test child makes around itself, on Linux.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "child_linux.h"

#define HIGH_FD 400 /* out of the way of the descriptors that a test looks at */

int child_linux_tell_fd = -1;

void child_os_settle(void)
{
    if (child_linux_tell_fd < 0)
        return;
    child_os_write(child_linux_tell_fd, "\n", 1);
    close(child_linux_tell_fd);
    child_linux_tell_fd = -1;
}

/* A pipe for one branch's news, both ends close-on-exec, the branch's far away from the low numbers. */
static int news_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    int high = fcntl(ends[1], F_DUPFD_CLOEXEC, HIGH_FD);
    if (high >= 0) {
        close(ends[1]);
        ends[1] = high;
    }
    return 0;
}

/* The branch's first and only way: never returns. It keeps its own end of `news`, and nobody else's. */
static void be_branch(int news[2], char **words)
{
    close(news[0]);
    if (child_linux_tell_fd >= 0)
        close(child_linux_tell_fd);
    child_linux_tell_fd = news[1];
    exit(child_perform(words));
}

/* Closes the branch's end in this process and waits for the news. */
static int stands(int news[2])
{
    char byte;
    close(news[1]);
    long got = child_os_read(news[0], &byte, 1);
    close(news[0]);
    return got == 1;
}

long child_os_branch(char **words)
{
    int news[2];
    if (news_pipe(news) != 0)
        return -errno;
    fflush(stdout);
    pid_t pid = fork();
    int error = errno;
    if (pid == 0)
        be_branch(news, words);
    int standing = stands(news);
    if (pid < 0)
        return -error;
    return standing ? pid : CHILD_ENDED;
}

long child_os_detach(char **words)
{
    int news[2];
    if (news_pipe(news) != 0)
        return -errno;
    fflush(stdout);
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        setsid();
        pid = fork();
        if (pid == 0)
            be_branch(news, words);
        _exit(pid < 0 ? errno : 0);
    }
    int standing = stands(news), status = 0;
    if (pid < 0)
        return -error;
    waitpid(pid, &status, 0); /* the daemon is an orphan only from here on */
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return -WEXITSTATUS(status);
    return standing ? pid : CHILD_ENDED;
}

long child_os_break_away(char **words)
{
    (void)words;
    return -ENOTSUP;
}

/* The child's first act, in every other kind of fork: it isn't the one that its parent's parent waits for. */
static pid_t plain_fork(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0 && child_linux_tell_fd >= 0) {
        close(child_linux_tell_fd);
        child_linux_tell_fd = -1;
    }
    return pid;
}

static int stop_child(int traced)
{
    siginfo_t info;
    pid_t pid = plain_fork();
    if (pid < 0)
        return errno;
    if (pid == 0) {
        if (traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
            exit(errno);
        raise(SIGSTOP);
        child_os_hang();
    }
    int error = waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT) ? errno : 0;
    return error == 0 && info.si_code == CLD_EXITED ? info.si_status : error;
}

int child_os_stopped(void)
{
    return stop_child(0);
}

int child_os_traced(void)
{
    return stop_child(1);
}

int child_os_trace(long pid)
{
    int status;
    if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL) == -1 || ptrace(PTRACE_INTERRUPT, (pid_t)pid, NULL, NULL) == -1)
        return errno;
    return waitpid((pid_t)pid, &status, __WALL) == -1 ? errno : 0;
}

int child_os_vfork(void)
{
    pid_t pid = vfork();
    if (pid == 0)
        child_os_hang();
    return pid < 0 ? errno : 0;
}

int child_os_flee(double seconds)
{
    double until = child_linux_now() + seconds;
    while (child_linux_now() < until) {
        pid_t pid = fork();
        if (pid > 0)
            _exit(0);
        child_os_sleep(0.0005); /* or a slow init would have more dead to bury than there are pids */
    }
    _exit(0);
}

int child_os_zombies(size_t count)
{
    siginfo_t info;
    while (count-- > 0) {
        pid_t pid = plain_fork();
        if (pid < 0)
            return errno;
        if (pid == 0)
            _exit(0);
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0)
            return errno;
    }
    return 0;
}

int child_os_reap(void)
{
    while (waitpid(-1, NULL, 0) >= 0 || errno == EINTR)
        ;
    return errno == ECHILD ? 0 : errno;
}

/* The process group is what a terminal would send the interrupt to. Who leads one can't make a session. */
int child_os_terminal(char **words)
{
    int error = getpgrp() == getpid() ? 0 : child_os_setsid();
    if (error == 0)
        exit(child_perform(words));
    return error;
}

int child_os_setsid(void)
{
    return setsid() < 0 ? errno : 0;
}

int child_os_subreaper(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) ? errno : 0;
}

/* A test has /proc for that. */
int child_os_dump_marked(const char *variable)
{
    (void)variable;
    return ENOTSUP;
}
