/*
** run.c: the guard's five steps on Linux.
**
** At levels `autokill` and `namespace` the job is a pid namespace: it comes into being together with its
** first process, and the kernel ends everything in it when that process ends, so there is nobody to
** assign. At level `autokill` that process's pidfd is the job's kill-on-close handle. At level `reaper`
** there is no such thing to hold; this process and init are both subreapers, and whichever is left ends
** what is left.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../exit.h"
#include "../stage.h"
#include "autokill.h"
#include "cgroup.h"
#include "descendants.h"
#include "detacher.h"
#include "pids.h"
#include "proctree.h"
#include "retreat.h"
#include "start.h"

struct jg_os_run {
    struct jg_os_start start;
    int signals; /* signalfd: what is passed on to the harness */
    int asked;   /* our end of the socket of retreat.h; -1: nobody asks any more */
    char leaf[PATH_MAX];
    int init; /* pidfd of the job's first process; at level `autokill` the handle that ends it */
    pid_t init_pid;
    bool user_namespace;
    bool ended; /* init has been reaped, with this status: */
    int status;
    struct jg_detacher detacher;
    struct jg_pids foreign; /* children that this process had before it was jghost ("x & exec jghost") */
};

static bool no_such_level(struct jg_err *err)
{
    return jg_err_set(err, ENOSYS, "this kernel has no such level");
}

bool jg_os_run_create(struct jg_os_run **run, enum jg_level level, bool allow_detach, struct jg_err *err)
{
    struct jg_os_run *new = malloc(sizeof *new);
    if (new == NULL)
        return jg_err_set(err, errno, "cannot allocate memory");
    *new = (struct jg_os_run){.start = {level, -1, -1, -1, geteuid(), getegid()},
                              .signals = -1,
                              .asked = -1,
                              .init = -1,
                              .detacher = jg_detacher_none};
    *run = new;
    if (level > JG_LEVEL_AUTOKILL)
        return no_such_level(err);
    new->start.event = eventfd(0, EFD_CLOEXEC);
    if (new->start.event == -1)
        return jg_err_set(err, errno, "cannot make the event");
    new->start.guard = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (new->start.guard == -1)
        return jg_err_set(err, errno, "cannot make a handle to the guard");
    if (allow_detach && !jg_detacher_start(&new->detacher, err))
        return false;
    if (level == JG_LEVEL_REAPER && !jg_proctree_children(&new->foreign))
        return jg_err_set(err, errno, "cannot read /proc");
    if (level == JG_LEVEL_REAPER && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return jg_err_set(err, errno, "cannot become a subreaper");
    /* from here on signals wait for step 5; the harness gives itself its mask back */
    sigset_t set;
    jg_forwarded_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    new->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (new->signals == -1)
        return jg_err_set(err, errno, "cannot listen to signals");
    int sockets[2];
    if (!jg_retreat_open(sockets))
        return jg_err_set(err, errno, "cannot make a socket to the harness");
    new->asked = sockets[0];
    new->start.asks = sockets[1];
    jg_terminal_save();
    return true;
}

/* Returns like fork. clone(2) in the form that also works where a seccomp filter knows no clone3. */
static pid_t fork_into(struct jg_os_run *run, unsigned long flags)
{
    if (run->start.level == JG_LEVEL_AUTOKILL)
        return jg_autokill_fork(flags, &run->init);
    return (pid_t)syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, &run->init, NULL, NULL);
}

static pid_t create_init(struct jg_os_run *run)
{
    if (run->start.level == JG_LEVEL_REAPER)
        return fork_into(run, 0);
    if (run->start.user == 0) {
        pid_t pid = fork_into(run, CLONE_NEWPID | CLONE_NEWNS);
        if (pid != -1 || errno != EPERM)
            return pid;
    }
    run->user_namespace = true; /* before the clone: the child has a copy of it */
    return fork_into(run, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER);
}

/* Why there is no init, if the system's own words for it don't say enough. */
static const char *why_not(enum jg_level level, int error)
{
    if (level == JG_LEVEL_AUTOKILL && error == EINVAL)
        return "this kernel has no CLONE_PIDFD_AUTOKILL (Linux 7.1 and later have it)";
    if (level == JG_LEVEL_AUTOKILL && error == ENOSYS)
        return "clone3 is refused here, which alone knows CLONE_PIDFD_AUTOKILL";
    return "cannot create the harness";
}

bool jg_os_run_start(struct jg_os_run *run, jg_harness_main_fn *harness_main, void *argument, struct jg_err *err)
{
    jg_linux.shared->refused = (struct jg_err){0};
    jg_linux.shared->guarantee.level = run->start.level;
    jg_linux.shared->user_namespace = false;
    fflush(NULL);
    pid_t pid = create_init(run);
    if (pid == -1)
        return jg_err_set(err, errno, why_not(run->start.level, errno));
    if (pid == 0) {
        close(run->signals);
        close(run->asked);
        jg_linux.shared->user_namespace = run->user_namespace;
        jg_detacher_forget(&run->detacher);
        _exit(harness_main(&run->start, argument));
    }
    run->init_pid = pid;
    close(run->start.asks);
    run->start.asks = -1;
    jg_detacher_handed(&run->detacher);
    return true;
}

/* It was born in it. */
bool jg_os_run_assign(struct jg_os_run *run, struct jg_err *err)
{
    (void)run;
    (void)err;
    return true;
}

bool jg_os_run_signal(struct jg_os_run *run, struct jg_err *err)
{
    uint64_t one = 1;
    if (write(run->start.event, &one, sizeof one) == -1)
        return jg_err_set(err, errno, "cannot signal the event");
    return true;
}

static void end_init(struct jg_os_run *run)
{
    syscall(SYS_pidfd_send_signal, run->init, SIGKILL, NULL, 0);
}

static void forward(struct jg_os_run *run, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = JG_FORWARDED;
    syscall(SYS_pidfd_send_signal, run->init, signal, &info, 0);
}

/*
** A stop from the terminal has reached the whole group; one sent to us alone must be passed on. The
** harness stops wherever it is, at its prompt too, so it is we who leave the terminal as it was. If
** there is no shell that could continue us, the kernel ignores the stop, in the harness as here.
*/
static void follow_stop(struct jg_os_run *run, const struct signalfd_siginfo *info)
{
    sigset_t stop, pending;
    struct termios modes;
    if (info->ssi_code != SI_KERNEL)
        forward(run, SIGTSTP);
    bool known = tcgetattr(STDIN_FILENO, &modes) == 0;
    jg_terminal_restore();
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    sigpending(&pending);
    if (known && !sigismember(&pending, SIGCONT) && tcgetpgrp(STDIN_FILENO) == getpgrp())
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

static bool is_foreign(void *argument, pid_t pid)
{
    const struct jg_os_run *run = argument;
    return jg_pids_has(&run->foreign, pid);
}

/* At level `reaper` init may have been killed: then what it looked after has come to us. */
static void end_descendants(struct jg_os_run *run)
{
    struct jg_ender ender = {.spare = is_foreign, .argument = run};
    if (run->start.level == JG_LEVEL_REAPER)
        jg_descendants_end_by(&ender);
}

enum { CONSUMED_MARGIN = 1 }; /* seconds */

struct waiting {
    struct jg_os_run *run;
    double deadline;    /* of the monotonic clock */
    double interrupted; /* when an interrupt last came */
    int last_interrupt;
    bool cut_short; /* by a second interrupt */
    bool timed_out;
};

/*
** The first is passed on, the second ends the run, unless the harness has dealt with the first by then
** (at its prompt it does). It may have had a Ctrl-C from the terminal, and have been done with it,
** before we saw ours: hence the margin.
*/
static void interrupt(struct waiting *waiting, int signal)
{
    double consumed = jg_linux.shared->consumed;
    bool second = waiting->last_interrupt != 0 && (consumed == 0 || waiting->interrupted > consumed + CONSUMED_MARGIN);
    waiting->last_interrupt = signal;
    waiting->interrupted = jg_monotonic();
    waiting->cut_short = waiting->cut_short || second;
    if (second)
        end_init(waiting->run);
    else
        forward(waiting->run, signal);
}

static void handle_signal(struct waiting *waiting, const struct signalfd_siginfo *info)
{
    switch (info->ssi_signo) {
    case SIGTSTP:
        follow_stop(waiting->run, info);
        break;
    case SIGCONT:
    case SIGWINCH:
        if (info->ssi_code != SI_KERNEL)
            forward(waiting->run, (int)info->ssi_signo);
        break;
    default:
        interrupt(waiting, (int)info->ssi_signo);
        break;
    }
}

static void take_signal(struct waiting *waiting)
{
    struct signalfd_siginfo info;
    if (read(waiting->run->signals, &info, sizeof info) == sizeof info)
        handle_signal(waiting, &info);
}

/* Init has ended, and so has all that was in its namespace. If it is traced, its tracer is waited for, too. */
static void reap_init(struct jg_os_run *run)
{
    run->status = SIGKILL;
    if (run->start.level == JG_LEVEL_AUTOKILL) {
        run->status = jg_autokill_status(run->init);
    } else {
        while (waitpid(run->init_pid, &run->status, 0) == -1 && errno == EINTR) {
        }
    }
    run->ended = true;
}

static void end_in_time(struct waiting *waiting)
{
    if (jg_monotonic() < waiting->deadline)
        return;
    waiting->timed_out = true;
    waiting->deadline = INFINITY;
    end_init(waiting->run);
}

static void make_room(struct jg_os_run *run)
{
    if (jg_retreat_serve(run->asked, run->leaf))
        return;
    close(run->asked);
    run->asked = -1;
}

/*
** Waits for a signal, init's end, or the deadline. Init is looked at before the signals: one that came before its end,
** such as the Ctrl-C of which it ended, is seen with it.
*/
static void wait_once(struct waiting *waiting)
{
    struct pollfd init = {.fd = waiting->run->init, .events = POLLIN};
    struct pollfd signals = {.fd = waiting->run->signals, .events = POLLIN};
    struct pollfd handles[] = {init, signals, {.fd = waiting->run->asked, .events = POLLIN}};
    double left = fmin(fmax(waiting->deadline - jg_monotonic(), 0), 1e6);
    struct timespec timeout = {(time_t)left, (long)((left - floor(left)) * 1e9)};
    if (ppoll(handles, 3, &timeout, NULL) == 0)
        end_in_time(waiting);
    if (handles[1].revents != 0)
        take_signal(waiting);
    if (handles[2].revents != 0)
        make_room(waiting->run);
    if (handles[0].revents != 0)
        reap_init(waiting->run);
}

/*
** Only an interrupt that we were sent ends us by its signal: the shell must see us die of its Ctrl-C to
** stop its loop. A harness that crashed has left its own core; a second one would tell nobody more.
*/
static struct jg_exit outcome(const struct waiting *waiting)
{
    int init = waiting->run->status;
    struct jg_exit result = {.code = WEXITSTATUS(init), .signal = WTERMSIG(init)};
    if (jg_linux.shared->has_result) /* else init was ended, too */
        result = jg_linux.shared->result;
    uint32_t status = result.signal != 0 ? (uint32_t)(JG_EXIT_SIGNAL + result.signal) : result.code;
    bool of_interrupt = status == (uint32_t)(JG_EXIT_SIGNAL + waiting->last_interrupt);
    if (waiting->last_interrupt != 0 && (waiting->cut_short || of_interrupt))
        return (struct jg_exit){.signal = waiting->last_interrupt};
    return (struct jg_exit){.code = status};
}

bool jg_os_run_wait(struct jg_os_run *run, double seconds, struct jg_exit *result, bool *timed_out, struct jg_err *err)
{
    struct waiting waiting = {.run = run, .deadline = seconds < 0 ? INFINITY : jg_monotonic() + seconds};
    while (!run->ended)
        wait_once(&waiting);
    end_descendants(run);
    if (jg_linux.shared->refused.kind != JG_ERR_OK) {
        *err = jg_linux.shared->refused;
        return false;
    }
    *timed_out = waiting.timed_out;
    *result = outcome(&waiting);
    return true;
}

void jg_os_run_close(struct jg_os_run *run)
{
    if (run == NULL)
        return;
    if (run->init_pid != 0 && !run->ended) {
        end_init(run);
        reap_init(run);
        end_descendants(run);
    }
    jg_detacher_end(&run->detacher);
    for (int i = 0; i < JG_CGROUPS; i++)
        if (jg_linux.shared->cgroup[i][0] != '\0')
            jg_cgroup_remove(jg_linux.shared->cgroup[i]);
    jg_retreat_undo(run->leaf);
    jg_terminal_restore();
    const struct jg_os_start *start = &run->start;
    for (int *fd = (int[]){run->init, run->signals, run->asked, start->guard, start->event, start->asks, -2}; *fd != -2;
         fd++) {
        if (*fd != -1)
            close(*fd);
    }
    jg_pids_free(&run->foreign);
    free(run);
}

void jg_os_die_as(const struct jg_exit *result)
{
    fflush(NULL);
    signal(result->signal, SIG_DFL);
    sigprocmask(SIG_SETMASK, &jg_linux.original_mask, NULL);
    raise(result->signal);
}
