/*
** namespace_teardown.c: how fast the kernel alone ends N processes. It makes a pid namespace (in a
** user namespace unless it is root), whose init starts, as jghost's does, a process that starts N times
** the given program, which should be pause; then it SIGKILLs the init and waits. The kernel lets an init
** be reaped only after everything in its namespace is gone, so that wait is the whole proof.
**
**     namespace_teardown N PROGRAM      prints processes=N start_ms=X teardown_ms=Y
*/
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int fail(const char *what)
{
    fprintf(stderr, "namespace_teardown: %s: %s\n", what, strerror(errno));
    return 1;
}

/* Starts one; returns the errno of what was refused. The child shares our memory until it has exec'd. */
static int start(char **command)
{
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        execv(command[0], command);
        error = errno;
        _exit(127);
    }
    return pid < 0 ? errno : error;
}

/* The init's child: starts everything, reports, waits for its end. */
static int be_starter(long count, char **command, int report)
{
    for (long i = 0; i < count; i++) {
        errno = start(command);
        if (errno != 0)
            return fail(command[0]);
    }
    if (write(report, "\n", 1) != 1)
        return 1;
    for (;;)
        pause();
}

/* The init: waits for its end. If anything fails, `report` is closed unused. */
static int be_init(long count, char **command, int report)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t starter = fork();
    if (starter < 0)
        return fail("fork");
    if (starter == 0)
        _exit(be_starter(count, command, report));
    close(report);
    for (;;)
        pause();
}

/* As fork, into a new pid namespace. */
static pid_t fork_init(void)
{
    unsigned long flags = CLONE_NEWPID | SIGCHLD;
    if (geteuid() != 0)
        flags |= CLONE_NEWUSER;
    return (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
}

static int measure(long count, char **command)
{
    int report[2];
    char byte;
    if (pipe(report) != 0)
        return fail("pipe");
    double begin = now_ms();
    pid_t init = fork_init();
    if (init < 0)
        return fail("no pid namespace");
    if (init == 0) {
        close(report[0]);
        _exit(be_init(count, command, report[1]));
    }
    close(report[1]);
    if (read(report[0], &byte, 1) != 1) {
        kill(init, SIGKILL);
        return 1; /* it has been said why */
    }
    double started = now_ms();
    kill(init, SIGKILL);
    if (waitpid(init, NULL, 0) != init)
        return fail("waitpid");
    double gone = now_ms();
    printf("processes=%ld start_ms=%.3f teardown_ms=%.3f\n", count, started - begin, gone - started);
    return 0;
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? atol(argv[1]) : 0;
    if (count < 1) {
        fprintf(stderr, "usage: namespace_teardown N PROGRAM\n");
        return 64;
    }
    return measure(count, argv + 2);
}
