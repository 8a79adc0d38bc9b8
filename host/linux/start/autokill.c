/*
** autokill.c: a process whose pidfd is a kill-on-close handle. Linux 7.1 and later.
**
** The handle must not get into other hands: whoever has a copy of it keeps the process alive. The new process, which
** is a copy of this one, has none: the kernel makes the descriptor in our table after it has copied the table.
*/
#define _GNU_SOURCE
#include "autokill.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../process/clone.h"

/* What the kernel calls struct pidfd_info, in its first size. Older systems' headers have neither. */
struct exit_info {
    uint64_t mask; /* what is asked for, and then what was told */
    uint32_t others[13];
    int32_t status;
};

#define GET_INFO _IOWR(0xff, 11, struct exit_info)
#define INFO_EXIT (1ULL << 3)

_Static_assert(sizeof(struct exit_info) == 64, "known to the kernel");

pid_t jg_autokill_fork(unsigned long flags, int *pidfd)
{
    struct clone_args args = {.flags = flags | CLONE_PIDFD | CLONE_AUTOREAP | CLONE_PIDFD_AUTOKILL};
    args.pidfd = (uintptr_t)pidfd;
    if ((flags & CLONE_NEWUSER) != 0)
        args.flags |= CLONE_NNP; /* else only who has CAP_SYS_ADMIN may have somebody killed whatever it becomes */
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

enum { REAPED_MS = 1000 };

/*
** The end of a process makes its pidfd readable, but it is told how only when it is reaped; POLLHUP comes with that.
** The kernel reaps it at once, unless it is traced: then its tracer does, or never.
*/
int jg_autokill_status(int pidfd)
{
    struct pollfd handle = {.fd = pidfd};
    struct exit_info info = {.mask = INFO_EXIT};
    while (poll(&handle, 1, REAPED_MS) == -1 && errno == EINTR) {
    }
    if (ioctl(pidfd, GET_INFO, &info) == -1 || (info.mask & INFO_EXIT) == 0)
        return SIGKILL;
    return info.status;
}
