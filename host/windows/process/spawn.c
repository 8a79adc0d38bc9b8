/*
** spawn.c: starting processes, and saying so.
**
** The system says at once whether a process could be started; only `spawned` has to wait for the loop's turn.
*/
#include "../native.h"
#include "birth.h"
#include "process.h"

static void settle_later(struct jg_os_process *process)
{
    struct jg_process_list *settled = &process->loop->settled;
    process->chain = NULL;
    *settled->last = process;
    settled->last = &process->chain;
}

/* It runs, but we couldn't ever learn of its end. */
static void undo(struct jg_os_process *process)
{
    TerminateProcess(process->handle, JG_KILLED);
    jg_process_free(process);
}

bool jg_os_spawn(struct jg_os_loop *loop, struct jg_os_job *job, const struct jg_os_command *command,
                 const struct jg_os_process_events *events, void *owner, struct jg_os_process **result,
                 struct jg_err *err)
{
    struct jg_plan plan;
    HANDLE handle;
    DWORD pid;
    if (jg_job_frozen(job))
        return jg_err_set(err, JG_NATIVE_IS_FROZEN, "the job is frozen");
    if (!jg_plan_make(&plan, command, err))
        return false;
    struct jg_os_process *process = jg_process_new(loop, job, events, owner);
    bool ok = process != NULL || jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot start a process");
    bool has_terminal = command->pty != NULL; /* and leads no group there, which Ctrl-C wouldn't reach */
    ok = ok && jg_birth(job, &plan, !has_terminal, &handle, &pid, err);
    jg_plan_free(&plan);
    if (!ok) {
        if (process != NULL)
            jg_process_free(process);
        return false;
    }
    if (!jg_process_watch(process, handle, pid, err)) {
        undo(process);
        return false;
    }
    process->has_terminal = has_terminal;
    settle_later(process);
    jg_job_count(job, +1);
    *result = process;
    return true;
}

bool jg_os_loop_settling(const struct jg_os_loop *loop)
{
    return loop->settled.first != NULL;
}

void jg_os_loop_settle(struct jg_os_loop *loop, bool may_block)
{
    (void)may_block; /* there is nothing to wait for */
    while (loop->settled.first != NULL) {
        struct jg_os_process *process = loop->settled.first;
        loop->settled.first = process->chain;
        if (loop->settled.first == NULL)
            loop->settled.last = &loop->settled.first;
        process->chain = NULL;
        process->state = JG_PROCESS_RUNNING;
        if (!process->released && !loop->closing)
            process->spawned(process->owner, NULL);
    }
}
