/*
** run.c: the guard's five steps on Windows.
**
** The job is a job object that ends what is in it when its last handle is closed. This process has the only one: it
** isn't inheritable and is never duplicated, so whatever ends this process closes it. Nothing may break away.
*/
#include <stdio.h>
#include <stdlib.h>

#include "../../exit.h"
#include "../../stage.h"
#include "../console/codepage.h"
#include "../signal/session.h"
#include "../state.h"
#include "start.h"

struct jg_os_run {
    HANDLE job, event;
    HANDLE harness;
    struct jg_detacher detacher;
    bool assigned;
    int patience; /* with those who don't end */
};

/* The console's interrupts come in a thread of the system's; there is one guard in a process. */
static struct {
    HANDLE cut_short;   /* event: a second interrupt has come */
    volatile LONG last; /* the signal, 0: none */
} interrupts;

/* The harness gets it too, or finds it counted. It is a second one if one before it hasn't been dealt with. */
static BOOL WINAPI on_control(DWORD type)
{
    InterlockedExchange(&interrupts.last, jg_control_signal(type)); /* known before a harness ends because of it */
    LONG before = InterlockedIncrement(&jg_state.shared->heard) - 1;
    if (before > jg_state.shared->consumed)
        SetEvent(interrupts.cut_short);
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE); /* the system ends this process when this returns: let the harness end first */
    return TRUE;
}

static bool failed(struct jg_err *err, const char *what)
{
    return jg_err_set(err, (int)GetLastError(), what);
}

static bool limit_job(HANDLE job, struct jg_err *err)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits))
        return failed(err, "cannot make the job kill-on-close");
    return true;
}

bool jg_os_run_create(struct jg_os_run **result, enum jg_level level, bool allow_detach, struct jg_err *err)
{
    struct jg_os_run *run = calloc(1, sizeof *run);
    *result = run;
    if (run == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot allocate memory");
    run->patience = JG_END_PATIENCE;
    if (level != JG_LEVEL_JOB_OBJECT)
        return jg_err_set(err, ERROR_NOT_SUPPORTED, "this system has no such level");
    interrupts.cut_short = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (interrupts.cut_short == NULL)
        return failed(err, "cannot make the event for interrupts");
    run->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (run->event == NULL)
        return failed(err, "cannot make the event");
    if (allow_detach && !jg_detacher_open(&run->detacher, err))
        return false;
    run->job = CreateJobObjectW(NULL, NULL);
    if (run->job == NULL)
        return failed(err, "cannot create the job");
    if (!SetConsoleCtrlHandler(on_control, TRUE))
        return failed(err, "cannot listen to the console");
    jg_session_take_turn(JG_SESSION_GUARD);
    return limit_job(run->job, err);
}

bool jg_os_run_start(struct jg_os_run *run, jg_harness_main_fn *harness_main, void *argument, struct jg_err *err)
{
    (void)harness_main; /* the harness makes both anew, from its command line */
    (void)argument;
    fflush(NULL);
    jg_state.shared->guarantee.level = JG_LEVEL_JOB_OBJECT;
    run->harness = jg_start_harness(run->job, run->event, &run->detacher, err);
    return run->harness != NULL;
}

/* ---- steps 3 and 4 ---- */

static bool look_whether_assigned(struct jg_os_run *run, struct jg_err *err)
{
    BOOL is_inside = FALSE;
    bool told = IsProcessInJob(run->harness, run->job, &is_inside);
    run->assigned = told && is_inside;
    return told || failed(err, "cannot ask whether the harness is in the job");
}

/* Where the system takes lists of jobs it was born there. */
bool jg_os_run_assign(struct jg_os_run *run, struct jg_err *err)
{
    if (!look_whether_assigned(run, err) || run->assigned)
        return run->assigned;
    if (!AssignProcessToJobObject(run->job, run->harness))
        return jg_start_refused(err, "cannot put the harness in the job",
                                "cannot put the harness in the job (jghost is in a job itself that allows no other)");
    if (!look_whether_assigned(run, err))
        return false;
    return run->assigned || jg_err_set(err, ERROR_INVALID_STATE, "the harness isn't in the job");
}

bool jg_os_run_signal(struct jg_os_run *run, struct jg_err *err)
{
    if (!SetEvent(run->event))
        return failed(err, "cannot signal the event");
    return true;
}

/* ---- step 5 ---- */

static DWORD milliseconds_until(ULONGLONG deadline)
{
    ULONGLONG now = GetTickCount64();
    if (deadline == 0)
        return INFINITE;
    if (now >= deadline)
        return 0;
    return deadline - now < INFINITE - 1 ? (DWORD)(deadline - now) : INFINITE - 1;
}

static bool end_job(struct jg_os_run *run, struct jg_err *err)
{
    return (!run->assigned || jg_end_job(run->job, &run->patience, err)) &&
           jg_end_harness(run->harness, &run->patience, err);
}

/* Only an interrupt ends us by itself: whoever sent it must see that it was obeyed. */
static struct jg_exit outcome(DWORD status, bool cut_short)
{
    /* each process has its interrupts in a thread of its own: the harness may have obeyed before we hear of it */
    LONG last = interrupts.last != 0 ? interrupts.last : jg_state.shared->interrupted;
    bool of_interrupt = status == (DWORD)(JG_EXIT_SIGNAL + last) || status == (DWORD)STATUS_CONTROL_C_EXIT;
    if (last != 0 && (cut_short || of_interrupt))
        return (struct jg_exit){.signal = (int)last};
    return (struct jg_exit){.code = status};
}

bool jg_os_run_wait(struct jg_os_run *run, double seconds, struct jg_exit *result, bool *timed_out, struct jg_err *err)
{
    HANDLE any[] = {run->harness, interrupts.cut_short, run->detacher.asked};
    DWORD count = run->detacher.asked != NULL ? 3 : 2;
    ULONGLONG deadline = seconds < 0 || seconds > 1e12 ? 0 : GetTickCount64() + (ULONGLONG)(seconds * 1000) + 1;
    DWORD which, status;
    do {
        which = WaitForMultipleObjects(count, any, FALSE, milliseconds_until(deadline));
        if (which == WAIT_OBJECT_0 + 2)
            jg_detacher_serve(&run->detacher, run->harness);
    } while (which == WAIT_OBJECT_0 + 2 || (which == WAIT_TIMEOUT && milliseconds_until(deadline) > 0));
    if (which == WAIT_FAILED)
        return failed(err, "cannot wait for the harness");
    *timed_out = which == WAIT_TIMEOUT;
    if (which != WAIT_OBJECT_0 && !end_job(run, err))
        return false;
    if (!GetExitCodeProcess(run->harness, &status))
        return failed(err, "cannot ask how the harness ended");
    if (!end_job(run, err))
        return false;
    *result = outcome(status, which == WAIT_OBJECT_0 + 1);
    return true;
}

void jg_os_run_close(struct jg_os_run *run)
{
    struct jg_err ignored;
    if (run == NULL)
        return;
    if (run->harness != NULL)
        end_job(run, &ignored);
    for (HANDLE *handle = (HANDLE[]){run->harness, run->job, run->event, run->detacher.asked, run->detacher.answered,
                                     INVALID_HANDLE_VALUE};
         *handle != INVALID_HANDLE_VALUE; handle++) {
        if (*handle != NULL)
            CloseHandle(*handle);
    }
    free(run);
}

/* What the system's own handler of these events ends a process with: a batch file asks whether to go on. */
void jg_os_die_as(const struct jg_exit *result)
{
    (void)result;
    fflush(NULL);
    jg_codepage_give_back();
    ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
}
