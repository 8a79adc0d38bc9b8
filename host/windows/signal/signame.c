/*
** signame.c: signals by their names.
**
** Windows has no signals. Plans that are the same on both systems name them though, so the usual names are known
** here, with the numbers that scripts elsewhere know them by; what can be done is to end a process, and to ask it by
** Ctrl-Break. It leads a group of its own, so nobody else gets that; and Ctrl-C can't be sent to a group.
*/
#include <string.h>

#include "../native.h"
#include "../process/process.h"

enum action { NOTHING, ASK, END };

static const struct {
    const char *name, *upper; /* NULL: another name of a signal that has one */
    int number;
    enum action action;
} signals[] = {
    {"hup", "HUP", 1, NOTHING},        {"int", "INT", 2, ASK},
    {"quit", "QUIT", 3, NOTHING},      {"ill", "ILL", 4, NOTHING},
    {"trap", "TRAP", 5, NOTHING},      {"abrt", "ABRT", 6, NOTHING},
    {"dump", NULL, 6, NOTHING},        {"bus", "BUS", 7, NOTHING},
    {"fpe", "FPE", 8, NOTHING},        {"kill", "KILL", 9, END},
    {"usr1", "USR1", 10, NOTHING},     {"segv", "SEGV", 11, NOTHING},
    {"usr2", "USR2", 12, NOTHING},     {"pipe", "PIPE", 13, NOTHING},
    {"alrm", "ALRM", 14, NOTHING},     {"term", "TERM", 15, ASK},
    {"chld", "CHLD", 17, NOTHING},     {"cont", "CONT", 18, NOTHING},
    {"stop", "STOP", 19, NOTHING},     {"tstp", "TSTP", 20, NOTHING},
    {"break", "BREAK", 21, ASK},       {"ttin", NULL, 21, NOTHING},
    {"stkflt", "STKFLT", 16, NOTHING}, {"poll", NULL, 29, NOTHING},
    {"ttou", "TTOU", 22, NOTHING},     {"urg", "URG", 23, NOTHING},
    {"xcpu", "XCPU", 24, NOTHING},     {"xfsz", "XFSZ", 25, NOTHING},
    {"vtalrm", "VTALRM", 26, NOTHING}, {"prof", "PROF", 27, NOTHING},
    {"winch", "WINCH", 28, NOTHING},   {"io", "IO", 29, NOTHING},
    {"pwr", "PWR", 30, NOTHING},       {"sys", "SYS", 31, NOTHING},
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

static bool has_ended(const struct jg_os_process *process)
{
    return process->state == JG_PROCESS_ENDED || WaitForSingleObject(process->handle, 0) == WAIT_OBJECT_0;
}

/* The number can't be another's: we have a handle. As a group's it can only be that of one we started as a leader. */
static bool ask(struct jg_os_process *process, struct jg_err *err)
{
    if (process->open)
        return jg_err_set(err, JG_NATIVE_NOT_ITS_STARTER, "cannot signal the process");
    if (process->has_terminal)
        return jg_err_set(err, JG_NATIVE_OWN_TERMINAL, "cannot signal the process");
    if (GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, process->pid))
        return true;
    DWORD error = GetLastError();
    bool no_console =
        error == ERROR_INVALID_HANDLE || error == ERROR_INVALID_PARAMETER || error == ERROR_INVALID_ACCESS;
    return jg_err_set(err, no_console ? JG_NATIVE_NO_CONSOLE : (int)error, "cannot signal the process");
}

static bool end(struct jg_os_process *process, struct jg_err *err)
{
    if (TerminateProcess(process->handle, JG_KILLED))
        return true;
    DWORD error = GetLastError();
    if (error == ERROR_ACCESS_DENIED && !process->open) /* what the system says of one that is at its end */
        return true;
    return jg_err_set(err, (int)error, "cannot signal the process");
}

bool jg_os_process_signal(struct jg_os_process *process, const char *name, struct jg_err *err)
{
    size_t i = 0;
    while (i < SIGNALS && strcmp(signals[i].name, name) != 0)
        i++;
    if (i == SIGNALS)
        return jg_err_set(err, JG_NATIVE_NO_SUCH_SIGNAL, "cannot signal the process");
    if (has_ended(process))
        return jg_err_set(err, JG_NATIVE_ENDED, "cannot signal the process");
    switch (signals[i].action) {
    case ASK:
        return ask(process, err);
    case END:
        return end(process, err);
    case NOTHING:
        break;
    }
    return jg_err_set(err, JG_NATIVE_SIGNAL_UNSUPPORTED, "cannot signal the process");
}
