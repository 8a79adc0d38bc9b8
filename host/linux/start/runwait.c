/*
** runwait.c: the guard's fifth step on Linux: it waits, and passes on what it is sent.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../../exit.h"
#include "../cgroup/cgroupsweep.h"
#include "orders.h"
#include "run.h"

static void forward(const struct jg_os_run *run, int signal)
{
    jg_orders_give(run->start.event, signal);
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

/*
** Somebody may have stopped init, without which the run would never end: at level `reaper` a process of the script's,
** elsewhere only who isn't in the namespace. At level `autokill` it is a child for which __WALL must be said.
*/
static void follow_init(const struct jg_os_run *run)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)run->init_pid, &info, WSTOPPED | WNOHANG | __WALL) == 0 && info.si_pid != 0)
        syscall(SYS_pidfd_send_signal, run->init, SIGCONT, NULL, 0);
}

static const double consumed_margin = 1, twin_margin = 0.1, patience = 5; /* seconds */

struct waiting {
    struct jg_os_run *run;
    double deadline; /* of the monotonic clock */
    bool cut_short;  /* by a second interrupt */
    bool timed_out;
    bool ordered; /* init has been told to end everybody */
};

/* Not the waiting's: if a level can't be had after all, the next one is tried, and the user has interrupted that. */
static int last_interrupt;
static double interrupted; /* when it came, by the monotonic clock */

/*
** At level `reaper` init is told to end everybody, instead of being killed: until all are ended both watch, and whoever
** kills one of us leaves the other. But it may be held, by a debugger or a frozen cgroup: it has its time to begin.
*/
static void end_run(struct waiting *waiting)
{
    if (waiting->run->start.level != JG_LEVEL_REAPER) {
        jg_run_end_init(waiting->run);
    } else if (!waiting->ordered) {
        jg_orders_give(waiting->run->start.event, JG_ORDER_END);
        waiting->deadline = jg_monotonic() + patience;
        waiting->ordered = true;
    }
}

/* timeout(1) and their like signal us and then our whole group. What comes before the script could have noticed the
** first isn't meant as a second one. */
static bool is_twin(int signal)
{
    return signal == last_interrupt && jg_monotonic() - interrupted < twin_margin &&
           jg_linux.shared->raised < interrupted;
}

/*
** The first is passed on, the second ends the run, unless the harness has dealt with the first by then
** (at its prompt it does). It may have had a Ctrl-C from the terminal, and have been done with it,
** before we saw ours: hence the margin.
*/
static void interrupt(struct waiting *waiting, int signal)
{
    double consumed = jg_linux.shared->consumed;
    if (is_twin(signal))
        return;
    bool second = last_interrupt != 0 && (consumed == 0 || interrupted > consumed + consumed_margin);
    last_interrupt = signal;
    interrupted = jg_monotonic();
    waiting->cut_short = waiting->cut_short || second;
    if (second)
        end_run(waiting);
    else
        forward(waiting->run, signal);
}

static void handle_signal(struct waiting *waiting, const struct signalfd_siginfo *info)
{
    switch (info->ssi_signo) {
    case SIGTSTP:
        follow_stop(waiting->run, info);
        break;
    case SIGCHLD:
        follow_init(waiting->run);
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

static void end_in_time(struct waiting *waiting)
{
    if (jg_monotonic() < waiting->deadline)
        return;
    waiting->deadline = INFINITY;
    if (waiting->ordered) {
        if (!jg_linux.shared->ending)
            jg_run_end_init(waiting->run);
        return;
    }
    waiting->timed_out = true;
    end_run(waiting);
}

static void make_room(struct jg_os_run *run)
{
    if (jg_retreat_serve(run->asked, run->start.guard, &run->retreat))
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
    ppoll(handles, 3, &timeout, NULL);
    if (handles[1].revents != 0)
        take_signal(waiting);
    if (handles[2].revents != 0)
        make_room(waiting->run);
    if (handles[0].revents != 0)
        jg_run_reap_init(waiting->run);
    else
        end_in_time(waiting);
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
    int interrupt = last_interrupt != 0 ? last_interrupt : jg_linux.shared->hung_up ? SIGHUP : 0;
    uint32_t status = result.signal != 0 ? (uint32_t)(JG_EXIT_SIGNAL + result.signal) : result.code;
    bool of_interrupt = status == (uint32_t)(JG_EXIT_SIGNAL + interrupt);
    if (interrupt != 0 && (waiting->cut_short || of_interrupt))
        return (struct jg_exit){.signal = interrupt};
    return (struct jg_exit){.code = status};
}

bool jg_os_run_wait(struct jg_os_run *run, double seconds, struct jg_exit *result, bool *timed_out, struct jg_err *err)
{
    struct waiting waiting = {.run = run, .deadline = seconds < 0 ? INFINITY : jg_monotonic() + seconds};
    jg_cgroup_sweep(); /* while the harness starts */
    while (!run->ended)
        wait_once(&waiting);
    jg_run_end_descendants(run);
    if (jg_linux.shared->refused.kind != JG_ERR_OK && !waiting.timed_out && !waiting.cut_short) {
        *err = jg_linux.shared->refused;
        return false;
    }
    *timed_out = waiting.timed_out;
    *result = outcome(&waiting);
    return true;
}
