/*
** signals.c: interrupts: what the console, or whoever ends the session, asks of the harness.
**
** Guard and harness are in one process group, so each gets every interrupt by itself, in the same order, once both are
** at the console. The harness raises it in the script. The guard only counts: an interrupt that comes before the last
** one has been dealt with is a second one, and ends the run; see run.c.
*/
#include "../state.h"
#include "session.h"

static jg_os_interrupted_fn *interrupted;
static HANDLE script; /* the thread that has asked to be told of interrupts */
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

/*
** Lua's hooks may be set in a signal handler, which has the thread in the middle of an instruction, but not beside it:
** so the thread is suspended meanwhile. SuspendThread doesn't wait until it is, who asks for its registers does.
*/
static void interrupt(DWORD type)
{
    CONTEXT context = {.ContextFlags = CONTEXT_CONTROL};
    if (SuspendThread(script) == (DWORD)-1)
        return;
    GetThreadContext(script, &context);
    interrupted(jg_control_signal(type), jg_control_name(type));
    ResumeThread(script);
}

/* In a thread that the system makes. After one of the last three events it ends the process as soon as this returns. */
static BOOL WINAPI on_control(DWORD type)
{
    InterlockedIncrement(&received);
    InterlockedExchange(&jg_state.shared->interrupted, jg_control_signal(type));
    interrupt(type);
    InterlockedIncrement(&raised);
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

LONG jg_interrupts(void)
{
    return raised;
}

/*
** Until now an interrupt has ended us, by the system's own handler; but one that came before we were at the console,
** only the guard has heard. It is looked for when the handler is there: from then on none is the guard's alone. What
** both hear just now ends the run here, too, whoever hears it first: it can't count twice, and there is no next one.
** (A thread hears it that the system makes in the guard. If that is held up for as long as a harness takes to start,
** it comes too late; nobody could tell then whether we are still to hear the same one.) Our own handler may hold this
** thread meanwhile; ExitProcess could end it before it lets go.
*/
void jg_control_listen(PHANDLER_ROUTINE handler)
{
    SetConsoleCtrlHandler(handler, TRUE);
    if (jg_state.shared->heard > 0)
        jg_os_exit_at_once((int)STATUS_CONTROL_C_EXIT);
}

void jg_os_interrupt_watch(jg_os_interrupted_fn *function)
{
    HANDLE self = GetCurrentProcess();
    interrupted = function;
    if (script == NULL)
        DuplicateHandle(self, GetCurrentThread(), self, &script, THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT, FALSE, 0);
    jg_control_listen(on_control);
    jg_session_watch(on_control);
}

/* The C library's own way, and ExitProcess, need locks. */
void jg_os_exit_at_once(int status)
{
    TerminateProcess(GetCurrentProcess(), (UINT)status);
}

/* Nothing is broken off. */
void jg_os_interrupt_raised(void)
{
}

void jg_os_interrupt_consumed(void)
{
    InterlockedExchange(&jg_state.shared->consumed, received);
}

/* A LONG has the size of an int here, on every processor. */
bool jg_os_replace(volatile int *number, int from, int to)
{
    return InterlockedCompareExchange((volatile LONG *)number, to, from) == from;
}
