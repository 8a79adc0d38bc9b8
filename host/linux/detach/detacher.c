/*
** detacher.c: the life of the detacher.
**
** This process starts what is meant to outlive the run. It is needed because nobody in the run can: whatever is
** started there is in the job. The guard, who isn't, ends whatever descends from it at level `reaper`; so this isn't
** the guard's child, nor of the guard's session. There is one only if the command line allows detaching, and the
** harness alone has the other end of its socket. It ends when the harness has ended, and the kernel kills it when the
** guard has.
**
** What it starts is bound to it until it is in the log. So whoever is killed at any moment, nothing is left that isn't
** in the log.
*/
#define _GNU_SOURCE
#include "detacher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../../stage.h"
#include "../linux.h"
#include "../parcel.h"
#include "../shed.h"
#include "detachedlog.h"

struct requested {
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
    char text[JG_REAPER_INLINE];
};

/* What has become of a process until its exec; the last one counts. */
struct report {
    int error, stage;
    int64_t when;
};

/* ---- the new process ---- */

_Noreturn static void fail(int to, int error, int stage)
{
    struct report report = {.error = error, .stage = stage};
    ssize_t ignored = write(to, &report, sizeof report);
    (void)ignored;
    _exit(127);
}

/* Descriptors, session, folder. */
static void set_up(const struct requested *requested, const struct jg_plan *plan, int to)
{
    for (int i = 0; i < 3; i++)
        if (dup2(requested->fds.at[i], i) < 0)
            fail(to, errno, JG_BIRTH_SETUP);
    setsid();
    if (plan->cwd != NULL && chdir(plan->cwd) < 0)
        fail(to, errno, JG_BIRTH_CHDIR);
}

/* Until it is in the log it dies with its parent; from then on nobody needs to know of it but the reader of the log. */
_Noreturn static void be_detached(struct requested *requested, pid_t detacher, int to)
{
    struct jg_detached entry;
    struct jg_detachedlog log;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != detacher)
        _exit(127);
    struct jg_plan *plan = jg_parcel_open(&requested->message, requested->text, &requested->fds);
    if (plan == NULL)
        fail(to, errno, JG_BIRTH_START);
    set_up(requested, plan, to);
    jg_stage(JG_STAGE_DETACHED_BORN);
    if (!jg_detachedlog_enter(&log, plan->argv, &entry))
        fail(to, errno, JG_DETACHER_AT_LOG);
    struct report report = {.when = entry.when};
    ssize_t ignored = write(to, &report, sizeof report);
    (void)ignored;
    jg_stage(JG_STAGE_DETACHED_LOGGED);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, 0);
    sigprocmask(SIG_SETMASK, &jg_linux.original_mask, NULL);
    int error = jg_plan_exec(plan);
    jg_detachedlog_undo(&log);
    fail(to, error, JG_BIRTH_EXEC);
}

/* ---- the detacher itself ---- */

/* Reads to the end, which comes with the exec or the process's own. */
static struct report receive_report(int from)
{
    struct report report = {.error = ECHILD, .stage = JG_BIRTH_START}, next; /* killed before it could say anything */
    while (read(from, &next, sizeof next) == sizeof next)
        report = next;
    return report;
}

static struct report detach(struct requested *requested, pid_t *pid)
{
    pid_t self = getpid();
    int ends[2];
    int expected = 3 + ((requested->message.flags & JG_REAPER_TEXT) != 0);
    if (requested->fds.count != expected)
        return (struct report){.error = EMFILE, .stage = JG_BIRTH_SETUP};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return (struct report){.error = errno, .stage = JG_BIRTH_START};
    *pid = fork();
    int error = errno;
    if (*pid == 0)
        be_detached(requested, self, ends[1]);
    close(ends[1]);
    struct report report = {.error = error, .stage = JG_BIRTH_START};
    if (*pid > 0)
        report = receive_report(ends[0]);
    close(ends[0]);
    return report;
}

static void serve(struct requested *requested, int socket)
{
    pid_t pid = -1;
    struct report report = detach(requested, &pid);
    struct jg_reaper_message answer = {.word = report.error == 0 ? JG_REAPER_SPAWNED : JG_REAPER_FAILED,
                                       .pid = pid,
                                       .id = (uint64_t)report.when,
                                       .error = report.error,
                                       .stage = report.stage};
    jg_wire_close(&requested->fds);
    jg_wire_send(socket, &answer, NULL, NULL); /* the harness asks for one at a time: there is room */
}

/* The kernel reaps what it starts; what it starts can wait for its own children all the same, from its exec on. */
static void leave_children_to_the_kernel(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT};
    sigaction(SIGCHLD, &action, NULL);
}

/*
** The guard's end: a pidfd would tell of it, but not to somebody who is stopped. So the kernel is told what signal to
** send when there is news of this pipe, and the only news that there can be is that nobody can write to it any more.
** The signal is for the group: who has just been forked is in it until it is bound, and then has a session of its own.
*/
static bool bind_to_guard(int life)
{
    struct pollfd handle = {.fd = life, .events = POLLIN};
    if (fcntl(life, F_SETSIG, SIGKILL) < 0 || fcntl(life, F_SETOWN, -getpgrp()) < 0 ||
        fcntl(life, F_SETFL, O_ASYNC) < 0)
        return false;
    if (poll(&handle, 1, 0) != 0) /* it ended before that */
        _exit(0);
    return true;
}

_Noreturn void jg_detacher_main(int socket, int life)
{
    static struct requested requested;
    int kept[] = {socket, life}, got;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    prctl(PR_SET_NAME, "jghost-detacher");
    jg_stage(JG_STAGE_DETACHER_BORN);
    jg_shed(kept, 2); /* its own copy of what only the guard is to have, among others */
    leave_children_to_the_kernel();
    bool ok = chdir("/") == 0 && bind_to_guard(kept[1]);
    struct jg_reaper_message ready = {.word = JG_REAPER_READY, .error = ok ? 0 : errno};
    if (jg_wire_send(kept[0], &ready, NULL, NULL) < 0 || !ok)
        _exit(1);
    while ((got = jg_wire_receive(kept[0], &requested.message, requested.text, &requested.fds)) != 0)
        if (got > 0)
            serve(&requested, kept[0]);
    _exit(0);
}
