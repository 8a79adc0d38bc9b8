/*
** calls_linux.c: the calls of the start-up that can be refused. The linker sends them here (--wrap).
*/
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "refuse.h"

enum { USUAL_ERROR = EACCES, ARGUMENTS = 6 };

static long *counts; /* in memory that those who are forked have in common */

__attribute__((constructor)) static void share_counts(void)
{
    size_t size = JG_FAULT_WORDS * sizeof *counts;
    counts = (long *)syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

long jg_fault_count(int word)
{
    return __atomic_add_fetch(&counts[word], 1, __ATOMIC_SEQ_CST);
}

static int refuse(void)
{
    errno = jg_fault_error(USUAL_ERROR);
    return -1;
}

#define CALL(result, name, parameters, arguments) \
    result __real_##name parameters; \
    result __wrap_##name parameters; \
    result __wrap_##name parameters \
    { \
        return jg_fault_refuses(#name) ? (result)(intptr_t)refuse() : __real_##name arguments; \
    }

CALL(int, access, (const char *path, int mode), (path, mode))
CALL(int, epoll_create1, (int flags), (flags))
CALL(int, eventfd, (unsigned value, int flags), (value, flags))
CALL(pid_t, fork, (void), ())
CALL(void *, mmap, (void *at, size_t size, int protection, int flags, int fd, off_t offset),
     (at, size, protection, flags, fd, offset))
CALL(int, mount, (const char *from, const char *to, const char *type, unsigned long flags, const void *data),
     (from, to, type, flags, data))
CALL(int, pipe2, (int ends[2], int flags), (ends, flags))
CALL(int, poll, (struct pollfd * handles, nfds_t count, int milliseconds), (handles, count, milliseconds))
CALL(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
CALL(int, socketpair, (int domain, int type, int protocol, int sockets[2]), (domain, type, protocol, sockets))
CALL(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))

/* "EPOLLPRI": that a cgroup's events are waited for. */
int __real_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    bool is_events = operation == EPOLL_CTL_ADD && (event->events & EPOLLPRI) != 0;
    return is_events && jg_fault_refuses("EPOLLPRI") ? refuse() : __real_epoll_ctl(epoll, operation, fd, event);
}

/* These have the name of what they are asked to do; empty: that is never refused. */

static const char *prctl_name(int option)
{
    switch (option) {
    case PR_SET_PDEATHSIG:
        return "PR_SET_PDEATHSIG";
    case PR_SET_CHILD_SUBREAPER:
        return "PR_SET_CHILD_SUBREAPER";
    default:
        return "";
    }
}

static const char *syscall_name(long number)
{
    switch (number) {
    case SYS_capset:
        return "capset";
    case SYS_clone:
        return "clone";
    case SYS_clone3:
        return "clone3";
    case SYS_pidfd_open:
        return "pidfd_open";
    default:
        return "";
    }
}

/* They read as many arguments as there can be, as the C library does, and the sanitizer isn't to see it. */
#define OVERREAD __attribute__((no_sanitize("address")))

int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...) OVERREAD;
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...) OVERREAD;

#define READ_ARGUMENTS(last, a) \
    long a[ARGUMENTS]; \
    va_list list; \
    va_start(list, last); \
    for (int i = 0; i < ARGUMENTS; i++) \
        a[i] = va_arg(list, long); \
    va_end(list)

int __wrap_prctl(int option, ...)
{
    READ_ARGUMENTS(option, a);
    return jg_fault_refuses(prctl_name(option)) ? refuse() : __real_prctl(option, a[0], a[1], a[2], a[3]);
}

long __wrap_syscall(long number, ...)
{
    READ_ARGUMENTS(number, a);
    return jg_fault_refuses(syscall_name(number)) ? refuse()
                                                  : __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
