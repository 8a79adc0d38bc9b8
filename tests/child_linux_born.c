/*
** child_linux_born.c: what the test child was born with, on Linux: descriptors, limits and so on.
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "child_linux.h"

#define LINK_LENGTH 32

void child_os_dump_ids(void)
{
    printf("pid=%d parent=%d group=%d session=%d uid=%u gid=%u\n", (int)getpid(), (int)getppid(), (int)getpgrp(),
           (int)getsid(0), (unsigned)geteuid(), (unsigned)getegid());
}

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFIFO:
        return "pipe";
    case S_IFSOCK:
        return "socket";
    case S_IFCHR:
        return "character";
    case S_IFBLK:
        return "block";
    default:
        return "anonymous";
    }
}

static void dump_fd(int fd)
{
    static const char *const access[] = {"r", "w", "rw", "-"};
    struct stat status;
    char link[LINK_LENGTH], name[PATH_MAX];
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fstat(fd, &status) != 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) /* no /proc, or another namespace's */
        length = snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)status.st_dev,
                          (unsigned long long)status.st_ino);
    name[length] = '\0';
    printf("%d %s %s ", fd, flags & O_PATH ? "-" : access[flags & O_ACCMODE], kind_of(status.st_mode));
    child_quote(name);
}

/* The highest open descriptor. Opens /proc only for a moment, so that what is dumped is what was there. */
static int highest_fd(void)
{
    struct rlimit limit;
    struct dirent *entry;
    int highest = -1;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) /* guess; no test has more */
        return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    while ((entry = readdir(folder)) != NULL) {
        int fd = atoi(entry->d_name);
        highest = fd > highest ? fd : highest;
    }
    closedir(folder);
    return highest;
}

int child_os_dump_fds(void)
{
    int highest = highest_fd();
    for (int fd = 0; fd <= highest; fd++) {
        if (fd != child_linux_tell_fd)
            dump_fd(fd);
    }
    return 0;
}

void child_os_dump_environment(void)
{
    for (char **variable = environ; variable && *variable; variable++)
        child_quote(*variable);
}

int child_os_dump_cwd(void)
{
    char *path = getcwd(NULL, 0);
    if (path == NULL)
        return errno;
    child_quote(path);
    free(path);
    return 0;
}

static void print_limit(rlim_t limit)
{
    if (limit == RLIM_INFINITY)
        fputs(" unlimited", stdout);
    else
        printf(" %llu", (unsigned long long)limit);
}

void child_os_dump_limits(void)
{
    static const struct {
        const char *name;
        int resource;
    } limits[] = {
        {"as", RLIMIT_AS},
        {"core", RLIMIT_CORE},
        {"cpu", RLIMIT_CPU},
        {"data", RLIMIT_DATA},
        {"fsize", RLIMIT_FSIZE},
        {"memlock", RLIMIT_MEMLOCK},
        {"nofile", RLIMIT_NOFILE},
        {"nproc", RLIMIT_NPROC},
        {"stack", RLIMIT_STACK},
        {"nice", RLIMIT_NICE},
        {"rtprio", RLIMIT_RTPRIO},
        {"sigpending", RLIMIT_SIGPENDING},
        {"msgqueue", RLIMIT_MSGQUEUE},
    };
    struct rlimit limit;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
            continue;
        fputs(limits[i].name, stdout);
        print_limit(limit.rlim_cur);
        print_limit(limit.rlim_max);
        putchar('\n');
    }
}
