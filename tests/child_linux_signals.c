/*
** child_linux_signals.c: the test child's signals on Linux: by the kernel's own calls, because glibc hides two
** signals that the kernel delivers.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"

#define SIGNALS 64

struct kernel_action {
    unsigned long handler, flags, restorer, mask;
};

_Static_assert(sizeof(unsigned long) * 8 == SIGNALS, "a mask has one bit for each signal");

/* The number of TERM, SIGTERM or 15; 0 if there is none. */
static int signal_number(const char *name)
{
    char *end;
    long value = strtol(name, &end, 10);
    if (end != name && *end == '\0')
        return value > 0 && value <= SIGNALS ? (int)value : 0;
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int number = 1; number < 32; number++) {
        const char *known = sigabbrev_np(number);
        if (known && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

static int set_action(int number, void (*handler)(int))
{
    struct kernel_action action = {(unsigned long)handler, 0, 0, 0};
    return syscall(SYS_rt_sigaction, number, &action, NULL, sizeof action.mask) ? errno : 0;
}

static int change_mask(int how, unsigned long mask)
{
    return syscall(SYS_rt_sigprocmask, how, &mask, NULL, sizeof mask) ? errno : 0;
}

static unsigned long bit(int number)
{
    return 1UL << (number - 1);
}

int child_os_signal(const char *name)
{
    int number = signal_number(name);
    if (number == 0)
        return EINVAL;
    prctl(PR_SET_DUMPABLE, 0); /* a test that crashes on purpose leaves no core file */
    set_action(number, SIG_DFL);
    change_mask(SIG_UNBLOCK, bit(number));
    fflush(stdout);
    int error = kill(getpid(), number) ? errno : 0;
    int stops = number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
    return error || stops ? error : EPERM; /* the init of a namespace survives */
}

int child_os_kill(long pid, const char *name)
{
    int number = signal_number(name);
    if (number == 0)
        return EINVAL;
    return kill((pid_t)pid, number) ? errno : 0;
}

int child_os_interrupt(const char *name)
{
    return child_os_kill(0, name);
}

int child_os_end_session(const char *answer)
{
    (void)answer;
    return ENOTSUP;
}

int child_os_tell_event(long pid, const char *event)
{
    (void)pid;
    (void)event;
    return ENOTSUP;
}

int child_os_ignore(const char *name)
{
    int number = signal_number(name);
    return number ? set_action(number, SIG_IGN) : EINVAL;
}

int child_os_block(const char *name)
{
    int number = signal_number(name);
    return number ? change_mask(SIG_BLOCK, bit(number)) : EINVAL;
}

int child_os_ignore_all(void)
{
    for (int number = 1; number <= SIGNALS; number++) {
        if (number != SIGKILL && number != SIGSTOP && set_action(number, SIG_IGN) != 0)
            return errno;
    }
    return 0;
}

int child_os_block_all(void)
{
    return change_mask(SIG_BLOCK, ~0UL);
}

static volatile sig_atomic_t term_code;

static void on_term(int number)
{
    (void)number;
    if (write(1, "terminated\n", 11) < 0)
        _exit(CHILD_REFUSED);
    _exit(term_code);
}

int child_os_expect_term(int code)
{
    struct sigaction action = {.sa_handler = on_term};
    term_code = code;
    return sigaction(SIGTERM, &action, NULL) ? errno : 0;
}

static void print_signals(const char *what, unsigned long mask)
{
    fputs(what, stdout);
    for (int number = 1; number <= SIGNALS; number++) {
        const char *name = number < 32 ? sigabbrev_np(number) : NULL;
        if (!(mask & bit(number)))
            continue;
        if (name)
            printf(" %s", name);
        else
            printf(" %d", number);
    }
    putchar('\n');
}

int child_os_dump_signals(void)
{
    unsigned long blocked = 0, ignored = 0;
    struct kernel_action action;
    if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked) != 0)
        return errno;
    for (int number = 1; number <= SIGNALS; number++) {
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask) == 0 &&
            action.handler == (unsigned long)SIG_IGN)
            ignored |= bit(number);
    }
    print_signals("blocked", blocked);
    print_signals("ignored", ignored);
    return 0;
}
