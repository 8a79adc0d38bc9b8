/*
** descendants.c: ending every descendant of this process.
**
** Only children are ever killed: as nobody but us reaps them, their numbers are their own. Each one's
** death makes its children ours, daemons too, since we are a subreaper; the last generation has none.
*/
#define _GNU_SOURCE
#include "descendants.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../os.h"
#include "proctree.h"

enum { PATIENCE_MS = 20 };

static pid_t reap(const struct jg_ender *ender, pid_t pid)
{
    int status;
    struct rusage usage;
    pid_t reaped = wait4(pid, &status, WNOHANG | __WALL, &usage);
    if (reaped > 0 && ender->reaped != NULL)
        ender->reaped(ender->argument, reaped, status, &usage);
    return reaped;
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

/* False if it is still there after a while: stuck in the kernel, or held by a debugger, who may bury it, too. */
static bool await(const struct jg_ender *ender, pid_t pid)
{
    if (reap(ender, pid) != 0)
        return true;
    struct pollfd handle = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
    if (handle.fd < 0) {
        nap();
        return reap(ender, pid) != 0;
    }
    bool has_ended = poll(&handle, 1, PATIENCE_MS) == 1;
    close(handle.fd);
    bool reaped = reap(ender, pid) != 0;
    if (has_ended && !reaped)
        nap();
    return reaped;
}

/* Without /proc there is no list of children. An init can still kill everybody in its namespace. */
static void end_blindly(const struct jg_ender *ender)
{
    while (reap(ender, -1) >= 0 && getpid() == 1 && ender->spare == NULL) {
        kill(-1, SIGKILL);
        nap();
    }
}

/* Kills every child; returns how many there were, -1 if they can't be known. */
static int kill_children(const struct jg_ender *ender, struct jg_pids *killed)
{
    struct jg_pids children = {0};
    if (!jg_proctree_children(&children)) {
        jg_pids_free(&children);
        return -1;
    }
    killed->count = 0;
    for (size_t i = 0; i < children.count; i++) {
        pid_t pid = children.at[i];
        if (ender->spare != NULL && ender->spare(ender->argument, pid))
            continue;
        kill(pid, SIGKILL); /* succeeds on a zombie, too: that it is gone only its reaping tells */
        if (!jg_pids_add(killed, pid))
            break; /* the next round finds it again */
    }
    int count = (int)killed->count;
    jg_pids_free(&children);
    return count;
}

void jg_descendants_end_by(const struct jg_ender *ender)
{
    struct jg_pids killed = {0};
    int count;
    while ((count = kill_children(ender, &killed)) > 0) {
        /* One that is stuck ends the round, since meanwhile others may have become our children. */
        for (size_t i = 0; i < killed.count && await(ender, killed.at[i]); i++)
            continue;
    }
    if (count < 0)
        end_blindly(ender);
    jg_pids_free(&killed);
}

void jg_os_end_children(void)
{
    struct jg_pids children = {0};
    jg_proctree_children(&children);
    for (size_t i = 0; i < children.count; i++)
        kill(children.at[i], SIGKILL); /* nobody reaps it but this thread */
    jg_pids_free(&children);
}

void jg_descendants_end(void)
{
    struct jg_ender everybody = {0};
    jg_descendants_end_by(&everybody);
}
