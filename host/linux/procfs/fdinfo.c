/*
** fdinfo.c: which process does a pidfd mean? Only the kernel's /proc of a namespace knows its numbers.
*/
#define _GNU_SOURCE
#include "fdinfo.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pid_t read_pid(int folder, const char *path)
{
    char text[1024];
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return -1;
    text[length] = '\0';
    const char *line = strstr(text, "\nPid:");
    return line != NULL ? (pid_t)strtol(line + 5, NULL, 10) : -1;
}

pid_t jg_fdinfo_pid(int proc, int pidfd)
{
    char path[48];
    snprintf(path, sizeof path, "self/fdinfo/%d", pidfd);
    return proc < 0 ? -1 : read_pid(proc, path);
}

pid_t jg_fdinfo_local_pid(int pidfd)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
    return read_pid(AT_FDCWD, path);
}

pid_t jg_fdinfo_translate(int proc, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return -1;
    pid_t result = jg_fdinfo_pid(proc, pidfd);
    close(pidfd);
    return result;
}
