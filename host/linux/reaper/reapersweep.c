/*
** reapersweep.c: a reaper learns who has ended, and whether the job is empty.
*/
#define _GNU_SOURCE
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../procfs/proctree.h"
#include "reaper.h"
#include "reaperself.h"

/* Looking at all children for each that ended costs more than everything else when they are many. */
enum { FEW_CHILDREN = 64, SWEEP_MS = 10, SIGNAL_BATCH = 16 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool jg_reaper_is_nested(void *argument, pid_t pid)
{
    struct jg_reaper *reaper = argument;
    return jg_pids_has(&reaper->nested, pid);
}

void jg_reaper_report(void *argument, pid_t pid, int status, const struct rusage *usage)
{
    struct jg_reaper *reaper = argument;
    if (jg_pids_remove(&reaper->nested, pid))
        return;
    struct jg_reaper_message message = {.word = JG_REAPER_EXITED, .pid = pid, .usage = *usage};
    if (WIFSIGNALED(status))
        message.signal = WTERMSIG(status);
    else
        message.code = WEXITSTATUS(status);
    reaper->children -= reaper->children > 0;
    jg_outbox_send(&reaper->box, &message, -1);
}

static pid_t reap(struct jg_reaper *reaper, pid_t pid)
{
    int status;
    struct rusage usage;
    pid_t reaped = wait4(pid, &status, WNOHANG | __WALL, &usage);
    if (reaped > 0)
        jg_reaper_report(reaper, reaped, status, &usage);
    return reaped;
}

/* Whoever has no child has no descendant: an orphan becomes a child before its parent can be reaped. */
static bool is_empty(const struct jg_reaper *reaper)
{
    siginfo_t info;
    if (reaper->nested.count == 0)
        return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0;
    struct jg_pids children = {0};
    bool empty = jg_proctree_children(&children);
    for (size_t i = 0; i < children.count; i++)
        empty = empty && jg_pids_has(&reaper->nested, children.at[i]);
    jg_pids_free(&children);
    return empty;
}

void jg_reaper_tell_empty(struct jg_reaper *reaper)
{
    if (reaper->told == reaper->served || reaper->children > 0 || !is_empty(reaper))
        return;
    struct jg_reaper_message message = {.word = JG_REAPER_EMPTY, .id = reaper->served};
    reaper->told = reaper->served;
    reaper->children = 0;
    jg_pids_free(&reaper->stopped); /* of those who were killed while they were frozen */
    jg_outbox_send(&reaper->box, &message, -1);
}

/* The longer it takes, the rarer it is done. */
void jg_reaper_sweep(struct jg_reaper *reaper)
{
    int64_t start = now_ms(), took;
    while (reap(reaper, -1) > 0)
        continue;
    reaper->sweep_at = 0;
    took = now_ms() - start;
    reaper->sweep_next = start + SWEEP_MS * (took + 1);
    jg_reaper_tell_empty(reaper);
}

/* Those that live short are among those that were started last. */
static void reap_recent(struct jg_reaper *reaper)
{
    for (int i = 0; i < JG_REAPER_RECENT; i++)
        if (reaper->recent[i] != 0 && reap(reaper, reaper->recent[i]) != 0)
            reaper->recent[i] = 0;
}

/* A pending SIGCHLD stands for all later ones: it names one, who else has ended is to be found out. */
void jg_reaper_on_signals(struct jg_reaper *reaper)
{
    struct signalfd_siginfo info[SIGNAL_BATCH];
    ssize_t length = read(reaper->signals, info, sizeof info);
    jg_reaper_continue(&reaper->nested);
    if (reaper->children <= FEW_CHILDREN) {
        jg_reaper_sweep(reaper);
        return;
    }
    for (size_t i = 0; length > 0 && i < (size_t)length / sizeof *info; i++)
        reap(reaper, (pid_t)info[i].ssi_pid);
    reap_recent(reaper);
    if (now_ms() >= reaper->sweep_next)
        jg_reaper_sweep(reaper);
    else
        reaper->sweep_at = reaper->sweep_next;
}

int jg_reaper_sweep_due(const struct jg_reaper *reaper)
{
    int64_t left = reaper->sweep_at - now_ms();
    return reaper->sweep_at == 0 ? -1 : left > 0 ? (int)left : 0;
}
