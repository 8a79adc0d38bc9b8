/*
** reaper.c: the life of a job's reaper.
**
** This process starts the processes of one job and is the subreaper (if the job is isolated, pid 1) of
** all that descends from them. It is needed because, without a cgroup, only its reaper can find a
** daemon again. It outlives its own parent on purpose: it ends when the harness has closed its socket,
** by then or by dying, and before that it ends everybody in the job.
*/
#define _GNU_SOURCE
#include "reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../linux.h"
#include "../process/slot.h"
#include "../procfs/descendants.h"
#include "../shed.h"
#include "reaperself.h"

static void end_all(struct jg_reaper *reaper)
{
    struct jg_ender ender = {.spare = jg_reaper_is_nested, .reaped = jg_reaper_report, .argument = reaper};
    if (reaper->isolated && getpid() == 1 && reaper->nested.count == 0)
        kill(-1, SIGKILL); /* all in the namespace but us, in one instant */
    jg_descendants_end_by(&ender);
    jg_pids_free(&reaper->stopped);
}

/* The reapers inside have seen the same end-of-file, and end by themselves; if one was killed, its orphans are ours. */
_Noreturn static void end(struct jg_reaper *reaper)
{
    int status;
    pid_t pid;
    do {
        end_all(reaper);
        pid = wait4(-1, &status, __WALL, NULL);
        if (pid > 0)
            jg_pids_remove(&reaper->nested, pid);
    } while (pid > 0 || errno == EINTR);
    _exit(0);
}

static void make_nested(struct jg_reaper *reaper, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    pid_t pid = jg_reaper_start(fds->at[0], (message->flags & JG_REAPER_ISOLATED) != 0);
    fds->count = 0;
    if (pid > 0)
        while (!jg_pids_add(&reaper->nested, pid))
            sleep(1); /* it must not be taken for a part of the job */
}

/* Whoever waits for it has it closed then. */
static void answer(const struct jg_reaper_fds *fds, int error)
{
    if (error != 0 && fds->count == 1)
        (void)!write(fds->at[0], &error, sizeof error); /* nobody may be waiting any more */
}

static void serve(struct jg_reaper *reaper, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    switch (message->word) {
    case JG_REAPER_SPAWN:
        jg_reaper_spawn(reaper, message, fds);
        break;
    case JG_REAPER_KILL:
        end_all(reaper);
        break;
    case JG_REAPER_FREEZE:
        answer(fds, jg_reaper_freeze(reaper));
        break;
    case JG_REAPER_THAW:
        answer(fds, jg_reaper_thaw(reaper));
        break;
    case JG_REAPER_CHILD:
        if (fds->count == 1)
            make_nested(reaper, message, fds);
        break;
    }
    jg_wire_close(fds);
    jg_reaper_tell_empty(reaper);
}

static void on_request(struct jg_reaper *reaper)
{
    struct jg_reaper_message message;
    struct jg_reaper_fds fds;
    int got = jg_wire_receive(reaper->socket, &message, reaper->text, &fds);
    if (got == 0)
        end(reaper);
    if (got > 0)
        serve(reaper, &message, &fds);
}

static void open_self(struct jg_reaper *reaper, int socket, bool isolate)
{
    sigset_t signals;
    memset(reaper, 0, sizeof *reaper);
    sigfillset(&signals);
    sigprocmask(SIG_SETMASK, &signals, NULL);
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_NAME, "jghost-reaper");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (jg_linux.own_session)
        setpgid(0, 0);
    jg_shed(&socket, 1);
    fcntl(socket, F_SETFL, O_NONBLOCK);
    reaper->socket = socket;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    reaper->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    reaper->isolated = isolate;
    reaper->stack = malloc(JG_SLOT_STACK);
    reaper->birth = mmap(NULL, sizeof *reaper->birth, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    reaper->text = malloc(JG_REAPER_INLINE);
    jg_outbox_open(&reaper->box, reaper->socket);
}

_Noreturn void jg_reaper_main(int socket, bool isolate)
{
    struct jg_reaper reaper;
    struct jg_reaper_message ready = {.word = JG_REAPER_READY};
    open_self(&reaper, socket, isolate);
    int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (reaper.signals < 0 || reaper.stack == NULL || reaper.birth == MAP_FAILED || reaper.text == NULL || pidfd < 0)
        ready.error = ENOMEM;
    jg_outbox_send(&reaper.box, &ready, pidfd);
    if (ready.error != 0)
        _exit(1);
    for (;;) {
        short out = reaper.box.first != NULL ? POLLOUT : 0;
        struct pollfd handles[] = {{.fd = reaper.signals, .events = POLLIN},
                                   {.fd = reaper.socket, .events = (short)(POLLIN | out)}};
        poll(handles, 2, jg_reaper_sweep_due(&reaper));
        if (handles[0].revents != 0)
            jg_reaper_on_signals(&reaper);
        if (jg_reaper_sweep_due(&reaper) == 0)
            jg_reaper_sweep(&reaper);
        if ((handles[1].revents & POLLOUT) != 0)
            jg_outbox_flush(&reaper.box);
        if ((handles[1].revents & ~POLLOUT) != 0)
            on_request(&reaper);
    }
}
