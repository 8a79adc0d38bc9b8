/*
** signals.c: interrupts: what the console, or whoever ends the session, asks of the harness.
**
** Guard and harness are in one process group, so each gets every interrupt by itself, in the same order. The harness
** raises it in the script. The guard only counts: an interrupt that comes before the last one has been dealt with is
** a second one, and ends the run; see run.c.
*/
#include "session.h"
#include "state.h"

static jg_os_interrupted_fn *interrupted;
static volatile LONG received, raised;

int jg_control_signal(DWORD type)
{
    return type == CTRL_C_EVENT ? 2 : type == CTRL_BREAK_EVENT ? 15 : 1;
}

const char *jg_control_name(DWORD type)
{
    switch (type) {
    case CTRL_C_EVENT:
        return "Ctrl-C";
    case CTRL_BREAK_EVENT:
        return "Ctrl-Break";
    case CTRL_CLOSE_EVENT:
        return "the closing of the console";
    default:
        return "the end of the session";
    }
}

/* In a thread that the system makes. After one of the last three events it ends the process as soon as this returns. */
static BOOL WINAPI on_control(DWORD type)
{
    InterlockedIncrement(&received);
    InterlockedExchange(&jg_state.shared->interrupted, jg_control_signal(type));
    interrupted(jg_control_signal(type), jg_control_name(type));
    InterlockedIncrement(&raised);
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

LONG jg_interrupts(void)
{
    return raised;
}

void jg_os_interrupt_watch(jg_os_interrupted_fn *function)
{
    interrupted = function;
    SetConsoleCtrlHandler(on_control, TRUE);
    jg_session_watch(on_control);
}

void jg_os_interrupt_consumed(void)
{
    InterlockedExchange(&jg_state.shared->consumed, received);
}
