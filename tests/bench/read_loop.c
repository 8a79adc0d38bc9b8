/*
** read_loop.c: the C program that a benchmark of capturing has to be compared with. It starts a program K times at
** once, each with a pipe for its standard output, and reads all of them to their end, keeping nothing.
**
**     read_loop K BYTES PROGRAM [ARGS...]      prints seconds=X; each pipe has room for so many bytes
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64 };

static char block[65536];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what, int error)
{
    fprintf(stderr, "read_loop: %s: %s\n", what, strerror(error));
    exit(1);
}

static int start(int room, char **command)
{
    int ends[2];
    pid_t pid;
    posix_spawn_file_actions_t files;
    if (pipe2(ends, O_CLOEXEC) < 0)
        fail("pipe2", errno);
    if (fcntl(ends[0], F_SETPIPE_SZ, room) < 0)
        fail("F_SETPIPE_SZ", errno);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    int error = posix_spawnp(&pid, command[0], &files, NULL, command, environ);
    if (error != 0)
        fail(command[0], error);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    return ends[0];
}

static void read_all(struct pollfd *pipes, nfds_t count)
{
    for (nfds_t open = count; open > 0;) {
        if (poll(pipes, count, -1) < 0)
            fail("poll", errno);
        for (nfds_t i = 0; i < count; i++) {
            if (pipes[i].revents == 0 || read(pipes[i].fd, block, sizeof block) > 0)
                continue;
            close(pipes[i].fd);
            pipes[i].fd = -1;
            open--;
        }
    }
}

int main(int argc, char **argv)
{
    struct pollfd pipes[MOST];
    int count = argc > 3 ? atoi(argv[1]) : 0, status;
    if (count < 1 || count > MOST) {
        fprintf(stderr, "usage: read_loop K BYTES PROGRAM [ARGS...]\n");
        return 2;
    }
    double began = now();
    for (int i = 0; i < count; i++)
        pipes[i] = (struct pollfd){.fd = start(atoi(argv[2]), argv + 3), .events = POLLIN};
    read_all(pipes, (nfds_t)count);
    for (int i = 0; i < count; i++)
        if (wait(&status) < 0 || status != 0)
            fail("a process", EIO);
    printf("seconds=%.6f\n", now() - began);
    return 0;
}
