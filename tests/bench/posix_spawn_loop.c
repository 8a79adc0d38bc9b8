/*
** posix_spawn_loop.c: the C program that a benchmark of spawning has to be compared with. It runs a
** program N times with K in flight, by posix_spawn and waitpid and nothing else; nothing is contained.
**
**     posix_spawn_loop N K PROGRAM [ARGS...]      prints us_per_process=X
*/
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void start(char **command)
{
    pid_t pid;
    int error = posix_spawnp(&pid, command[0], NULL, NULL, command, environ);
    if (error != 0) {
        fprintf(stderr, "posix_spawn_loop: %s: %s\n", command[0], strerror(error));
        exit(1);
    }
}

static void reap(void)
{
    int status;
    if (waitpid(-1, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "posix_spawn_loop: a process failed\n");
        exit(1);
    }
}

static void run(long count, long in_flight, char **command)
{
    long live = 0;
    for (long started = 0; started < count; started++) {
        if (live == in_flight) {
            reap();
            live--;
        }
        start(command);
        live++;
    }
    while (live-- > 0)
        reap();
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? atol(argv[1]) : 0, in_flight = argc > 3 ? atol(argv[2]) : 0;
    if (count < 1 || in_flight < 1) {
        fprintf(stderr, "usage: posix_spawn_loop N K PROGRAM [ARGS...]\n");
        return 64;
    }
    double begin = now_us();
    run(count, in_flight, argv + 3);
    printf("us_per_process=%.2f\n", (now_us() - begin) / (double)count);
    return 0;
}
