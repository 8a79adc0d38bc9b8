/*
** signals.c: interrupts, from the guard down to the harness's Lua.
**
** A Ctrl-C reaches the guard and, since they are in one foreground group, the harness as well; a kill
** of either reaches that one only. The guard passes on what it gets, by init. The harness counts what comes from init
** and what doesn't apart and obeys the larger number, so that one Ctrl-C that comes both ways
** counts once and nothing that comes one way only is lost. Both come within moments of each other: an
** old difference, left by what came one way, is no reason to take the next one for a twin.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "../start/start.h"
#include "nudge.h"

static const struct interrupt {
    int signal;
    const char *name;
} interrupts[] = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}};

enum { INTERRUPT_COUNT = sizeof interrupts / sizeof interrupts[0], TWIN_SECONDS = 2 };

double jg_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool ignored(int signal)
{
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void jg_forwarded_signals(sigset_t *set)
{
    sigemptyset(set);
    for (int i = 0; i < INTERRUPT_COUNT; i++) {
        if (!ignored(interrupts[i].signal))
            sigaddset(set, interrupts[i].signal);
    }
    sigaddset(set, SIGTSTP);
    sigaddset(set, SIGCONT);
    sigaddset(set, SIGWINCH);
}

/* Signal handlers have no argument of ours: these belong to on_interrupt and on_broken_pipe alone. */
static jg_os_interrupted_fn *interrupted;
static struct count {
    volatile sig_atomic_t passed_on, others, obeyed;
    volatile double last; /* when one was obeyed */
} counts[INTERRUPT_COUNT];

/* Is this one to be obeyed, or the twin of one that was? */
static bool is_new(struct count *count, bool is_passed_on)
{
    double now = jg_monotonic();
    if (now - count->last > TWIN_SECONDS)
        count->passed_on = count->others = count->obeyed = 0;
    int mine = is_passed_on ? ++count->passed_on : ++count->others;
    if (mine <= count->obeyed)
        return false;
    count->obeyed = mine;
    count->last = now;
    return true;
}

static void on_interrupt(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    bool is_passed_on = info->si_code == SI_USER && info->si_pid == getppid(); /* who sends nothing else */
    (void)context;
    for (int i = 0; i < INTERRUPT_COUNT; i++) {
        if (interrupts[i].signal == signal && is_new(&counts[i], is_passed_on)) {
            interrupted(signal, interrupts[i].name);
            jg_nudge_begin();
        }
    }
    errno = saved;
}

void jg_os_exit_at_once(int status)
{
    _exit(status);
}

/* The guard isn't told by the signal, but will see that it was one. */
void jg_interrupt_hung_up(void)
{
    jg_linux.shared->hung_up = true;
    kill(getpid(), SIGHUP);
}

void jg_os_interrupt_raised(void)
{
    jg_nudge_end();
    jg_linux.shared->raised = jg_monotonic();
}

void jg_os_interrupt_consumed(void)
{
    jg_linux.shared->consumed = jg_monotonic();
}

bool jg_os_replace(volatile int *number, int from, int to)
{
    return __atomic_compare_exchange_n(number, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/*
** Some pipe has no reader any more. A child's standard input: its writer gets EPIPE, and that's all.
** Our own standard output: a script that goes on printing would never learn of it, since print
** ignores errors, so this ends the run as the signal would end any other program.
*/
static void on_broken_pipe(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)info;
    (void)context;
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    if (poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0)
        interrupted(signal, "SIGPIPE: nobody reads the standard output any more");
    errno = saved;
}

/* A handler, unlike SIG_IGN, is reset by exec: children start with SIGPIPE's default. */
static void handle(int signal, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < INTERRUPT_COUNT; i++)
        sigaddset(&action.sa_mask, interrupts[i].signal);
    sigaction(signal, &action, NULL);
}

void jg_os_interrupt_watch(jg_os_interrupted_fn *function)
{
    interrupted = function;
    jg_nudge_open();
    for (int i = 0; i < INTERRUPT_COUNT; i++) {
        if (!ignored(interrupts[i].signal))
            handle(interrupts[i].signal, on_interrupt);
    }
    handle(SIGPIPE, on_broken_pipe);
    sigprocmask(SIG_SETMASK, &jg_linux.original_mask, NULL);
}
