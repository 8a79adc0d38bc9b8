/*
** janitor.c: the life of the janitor.
**
** This process stands beside a guard that has moved into a cgroup inside its own, for controllers to be handed down
** (retreat.h). It is needed because nobody can enter the cgroup around it until that is taken back, not even a later
** jghost that would tidy up; and a guard that is killed takes nothing back. It is outside of the run, and starts
** nothing. The guard ends it before it tidies up itself; else it ends when that is done, some seconds after the guard's
** end at the latest.
*/
#define _GNU_SOURCE
#include "janitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "../linux.h"
#include "../shed.h"
#include "retreat.h"

enum { PATIENCE = 10 /* seconds */, PAUSE_MS = 10 };

/* The kernel is still ending the run, whose processes are in these cgroups until then. */
static void tidy_up(const char *leaf)
{
    double deadline = jg_monotonic() + PATIENCE;
    do {
        jg_cgroup_remove_published();
        if (jg_retreat_give_back(leaf))
            return;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000}, NULL);
    } while (jg_monotonic() < deadline);
}

_Noreturn static void be_janitor(int guard, const char *leaf)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_NAME, "jghost-janitor");
    setsid();
    jg_shed(&guard, 1);
    if (chdir("/") == 0)
        while (poll(&(struct pollfd){.fd = guard, .events = POLLIN}, 1, -1) < 0)
            continue;
    tidy_up(leaf);
    _exit(0);
}

pid_t jg_janitor_start(int guard, const char *leaf)
{
    pid_t pid = fork();
    if (pid == 0)
        be_janitor(guard, leaf);
    return pid;
}

void jg_janitor_end(pid_t janitor)
{
    if (janitor <= 0)
        return;
    kill(janitor, SIGKILL); /* our child, which nobody else reaps */
    while (waitpid(janitor, NULL, 0) < 0 && errno == EINTR)
        continue;
}
