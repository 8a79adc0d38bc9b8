/*
** child_linux.c: the Linux half of the test child: its own life, and streams. Signals, other processes and what
** it was born with are in files of their own. See child.h for what each function promises.
*/
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "child_linux.h"

/* ---- a process's own life */

double child_linux_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void child_os_begin(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
}

void child_os_hang(void)
{
    for (;;)
        pause();
}

int child_os_sleep(double seconds)
{
    double until = child_linux_now() + seconds;
    struct timespec at = {.tv_sec = (time_t)until};
    int error;
    at.tv_nsec = (long)((until - (double)at.tv_sec) * 1e9);
    while ((error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL)) == EINTR)
        ;
    return error;
}

double child_os_cpu_seconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

int child_os_exec(char **command)
{
    execvp(command[0], command);
    return errno;
}

static void *thread_hang(void *unused)
{
    child_os_hang();
    return unused;
}

int child_os_threads(size_t count)
{
    pthread_attr_t small;
    pthread_t thread;
    int error = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    while (count-- > 0 && error == 0)
        error = pthread_create(&thread, &small, thread_hang, NULL);
    pthread_attr_destroy(&small);
    return error;
}

struct leader {
    pthread_t thread;
    char **words;
};

static void *thread_without_leader(void *argument)
{
    struct leader leader = *(struct leader *)argument;
    pthread_join(leader.thread, NULL);
    exit(child_perform(leader.words));
}

int child_os_leaderless(char **words)
{
    static struct leader leader; /* this thread's stack is no place for it */
    pthread_t thread;
    leader.thread = pthread_self();
    leader.words = words;
    int error = pthread_create(&thread, NULL, thread_without_leader, &leader);
    if (error == 0)
        pthread_exit(NULL);
    return error;
}

int child_os_rename(const char *name)
{
    return prctl(PR_SET_NAME, name) ? errno : 0;
}

int child_os_undumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 0) ? errno : 0;
}

/* ---- streams */

int child_os_write(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t done = write(fd, at, size);
        if (done < 0 && errno != EINTR)
            return errno;
        if (done > 0) {
            at += done;
            size -= (size_t)done;
        }
    }
    return 0;
}

long child_os_read(int fd, void *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int child_os_close(int fd)
{
    return close(fd) ? errno : 0;
}

int child_os_leak(int fd)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return errno;
    if (null == fd)
        return 0;
    int error = dup2(null, fd) < 0 ? errno : 0;
    close(null);
    return error;
}

int child_os_uncache(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = fsync(fd) ? errno : posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what is dirty stays */
    close(fd);
    return error;
}

int child_os_append(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    int error = child_os_write(fd, text, strlen(text));
    return close(fd) && error == 0 ? errno : error;
}
