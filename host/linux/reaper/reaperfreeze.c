/*
** reaperfreeze.c: a reaper stops everybody in its job, and lets them go on.
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../linux.h"
#include "../native.h"
#include "../procfs/procstat.h"
#include "../procfs/proctree.h"
#include "reaperself.h"

/*
** Who waits so that no signal reaches it (state D), as the parent does in a vfork, stops before it comes back to code
** of its own. But it may be in the middle of a fork, and the child that it makes there is sent nothing yet: so it
** counts as stopped only when nobody has been seen running for a while.
*/
enum stillness { RUNS, WAITS, STOPPED };

enum { PAUSE_NS = 100000, QUIET_ROUNDS = 20 };

static const double patience = 1.5; /* seconds: less than the harness has */

static enum stillness stillness_of(char state)
{
    return state == 'D' ? WAITS : strchr("TtZX", state) != NULL ? STOPPED : RUNS;
}

static enum stillness lesser(enum stillness a, enum stillness b)
{
    return a < b ? a : b;
}

/* The threads of a process stop together as soon as one of them takes the signal. But while the first one waits so that
** it takes none, the kernel wakes no other for it: each that runs is sent its own. */
static enum stillness stop_threads(pid_t pid)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    enum stillness least = threads != NULL ? STOPPED : RUNS;
    for (struct dirent *entry; threads != NULL && (entry = readdir(threads)) != NULL;) {
        struct jg_procstat stat;
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread == 0 || !jg_procstat_read(thread, &stat))
            continue;
        least = lesser(least, stillness_of(stat.state));
        if (stillness_of(stat.state) == RUNS)
            syscall(SYS_tgkill, pid, thread, SIGSTOP);
    }
    if (threads != NULL)
        closedir(threads);
    return least;
}

/* 0, or an errno. It is sent the signal again and again, since somebody may have continued it meanwhile. */
static int stop(struct jg_reaper *reaper, pid_t pid, enum stillness *least)
{
    struct jg_procstat stat;
    if (!jg_procstat_read(pid, &stat) || strchr("Tt", stat.state) != NULL)
        return 0;
    enum stillness is = stillness_of(stat.state);
    if (is == STOPPED && stat.threads <= 1)
        return 0;
    if (!jg_pids_has(&reaper->stopped, pid) && !jg_pids_add(&reaper->stopped, pid))
        return ENOMEM;
    if (kill(pid, SIGSTOP) < 0)
        return errno == ESRCH ? 0 : errno;
    *least = lesser(*least, stat.threads > 1 ? stop_threads(pid) : is);
    return 0;
}

static int stop_all(struct jg_reaper *reaper, enum stillness *least)
{
    struct jg_pids pids = {0};
    int error = jg_proctree_descendants(getpid(), &reaper->nested, &pids) ? 0 : jg_procstat_why(errno);
    *least = STOPPED;
    for (size_t i = 0; error == 0 && i < pids.count; i++)
        error = stop(reaper, pids.at[i], least);
    jg_pids_free(&pids);
    return error;
}

/* Has a request come, or the end? Nobody waits for the freezing any more, and somebody for what comes after it. */
static bool is_asked(const struct jg_reaper *reaper)
{
    return poll(&(struct pollfd){.fd = reaper->socket, .events = POLLIN}, 1, 0) > 0;
}

/*
** Until a round finds nobody that isn't stopped: who was just being forked comes with the next one, and who was sent
** the signal while it ran, or waited for a processor, stops a moment later.
*/
static int stop_until_still(struct jg_reaper *reaper)
{
    double deadline = jg_monotonic() + patience;
    int error, quiet = 0;
    enum stillness least;
    while ((error = stop_all(reaper, &least)) == 0) {
        quiet = least == RUNS ? 0 : quiet + 1;
        if (least == STOPPED || quiet == QUIET_ROUNDS)
            return 0;
        if (is_asked(reaper) || jg_monotonic() > deadline)
            return JG_NATIVE_NEVER_STILL;
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    return error;
}

int jg_reaper_freeze(struct jg_reaper *reaper)
{
    int error = stop_until_still(reaper);
    if (error != 0)
        jg_reaper_thaw(reaper);
    return error;
}

int jg_reaper_thaw(struct jg_reaper *reaper)
{
    struct jg_pids pids = {0};
    int error = jg_proctree_descendants(getpid(), &reaper->nested, &pids) ? 0 : jg_procstat_why(errno);
    for (size_t i = 0; error == 0 && i < pids.count; i++)
        if (jg_pids_has(&reaper->stopped, pids.at[i]))
            kill(pids.at[i], SIGCONT);
    jg_pids_free(&pids);
    if (error == 0)
        jg_pids_free(&reaper->stopped);
    return error;
}
