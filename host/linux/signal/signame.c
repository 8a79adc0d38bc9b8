/*
** signame.c: signals by their names.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../process/process.h"
#include "../process/spawn.h"

static const struct {
    int number;
    const char *name, *upper; /* NULL: another name of a signal that has one */
} signals[] = {
    {SIGHUP, "hup", "HUP"},    {SIGINT, "int", "INT"},          {SIGQUIT, "quit", "QUIT"},
    {SIGILL, "ill", "ILL"},    {SIGTRAP, "trap", "TRAP"},       {SIGABRT, "abrt", "ABRT"},
    {SIGABRT, "dump", NULL},   {SIGBUS, "bus", "BUS"},          {SIGFPE, "fpe", "FPE"},
    {SIGKILL, "kill", "KILL"}, {SIGUSR1, "usr1", "USR1"},       {SIGSEGV, "segv", "SEGV"},
    {SIGUSR2, "usr2", "USR2"}, {SIGPIPE, "pipe", "PIPE"},       {SIGALRM, "alrm", "ALRM"},
    {SIGTERM, "term", "TERM"}, {SIGSTKFLT, "stkflt", "STKFLT"}, {SIGCHLD, "chld", "CHLD"},
    {SIGCONT, "cont", "CONT"}, {SIGSTOP, "stop", "STOP"},       {SIGTSTP, "tstp", "TSTP"},
    {SIGTTIN, "ttin", "TTIN"}, {SIGTTOU, "ttou", "TTOU"},       {SIGURG, "urg", "URG"},
    {SIGXCPU, "xcpu", "XCPU"}, {SIGXFSZ, "xfsz", "XFSZ"},       {SIGVTALRM, "vtalrm", "VTALRM"},
    {SIGPROF, "prof", "PROF"}, {SIGWINCH, "winch", "WINCH"},    {SIGIO, "io", "IO"},
    {SIGIO, "poll", NULL},     {SIGPWR, "pwr", "PWR"},          {SIGSYS, "sys", "SYS"},
};

enum { SIGNALS = sizeof signals / sizeof *signals };

int jg_os_signal_number(const char *name)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (strcmp(signals[i].name, name) == 0)
            return signals[i].number;
    return 0;
}

const char *jg_os_known_signal(size_t index)
{
    return index < SIGNALS ? signals[index].name : NULL;
}

const char *jg_os_signal_name(int number)
{
    for (size_t i = 0; i < SIGNALS; i++)
        if (signals[i].number == number && signals[i].upper != NULL)
            return signals[i].upper;
    return "?";
}

bool jg_os_process_signal(struct jg_os_process *process, const char *name, struct jg_err *err)
{
    int number = jg_os_signal_number(name);
    if (number == 0)
        return jg_err_set(err, EINVAL, "there is no such signal");
    if (process->state == JG_PROCESS_ENDED)
        return jg_err_set(err, ESRCH, "cannot signal the process");
    jg_spawn_wait(process); /* stopped before its exec, it would keep its slot */
    if (process->pidfd < 0 || process->pid < 0)
        return jg_err_set(err, EBUSY, "the process hasn't started yet");
    if (syscall(SYS_pidfd_send_signal, process->pidfd, number, NULL, 0) < 0)
        return jg_err_set(err, errno, "cannot signal the process");
    return true;
}
