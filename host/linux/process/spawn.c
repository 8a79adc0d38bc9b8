/*
** spawn.c: starting processes, and learning how it went.
**
** We don't stand still while a new process shares our memory: its exec takes as long as everything
** else that a spawn costs. That it has left is told by its slot's tid, which the kernel clears.
*/
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../cgroup/cgrouprenew.h"
#include "../job/job.h"
#include "pty.h"

enum { MILLISECOND = 1000000, PATIENCE_MS = 100 };

void jg_spawn_settled(struct jg_os_process *process, int error, int stage)
{
    struct jg_process_list *settled = &process->loop->settled;
    process->error = error;
    process->stage = (uint8_t)stage;
    process->state = JG_PROCESS_SETTLED;
    process->chain = NULL;
    *settled->last = process;
    settled->last = &process->chain;
}

static void finish(struct jg_os_loop *loop, struct jg_slot *slot)
{
    struct jg_os_process *process = slot->process;
    int error = slot->birth.error, stage = slot->birth.stage;
    slot->process = NULL;
    process->slot = NULL;
    loop->slots.busy--;
    jg_slot_clear(&loop->slots, slot);
    if (error != 0) {
        struct jg_os_status status;
        jg_watch_remove(loop, &process->watch);
        jg_process_reap(process, true, &status); /* it is at its exit already */
    }
    jg_spawn_settled(process, error, stage);
}

static void finish_done(struct jg_os_loop *loop)
{
    for (int i = 0; i < loop->slots.count && loop->slots.busy > 0; i++) {
        struct jg_slot *slot = &loop->slots.slot[i];
        if (slot->process != NULL && jg_slot_done(slot))
            finish(loop, slot);
    }
}

static struct jg_slot *take_slot(struct jg_os_loop *loop)
{
    for (;;) {
        if (loop->slots.busy == loop->slots.count)
            finish_done(loop);
        struct jg_slot *slot = jg_slot_free(&loop->slots);
        if (slot != NULL)
            return slot;
        jg_slot_wait(jg_slot_oldest(&loop->slots), MILLISECOND);
    }
}

/* Started, but we couldn't ever learn of its end. */
static void undo(struct jg_os_process *process, struct jg_slot *slot)
{
    struct jg_os_status status;
    syscall(SYS_pidfd_send_signal, process->pidfd, SIGKILL, NULL, 0);
    jg_process_reap(process, true, &status);
    jg_slot_clear(&process->loop->slots, slot);
}

bool jg_spawn_here(struct jg_os_process *process, const struct jg_os_command *command, int cgroup, struct jg_err *err)
{
    struct jg_os_loop *loop = process->loop;
    struct jg_slot *slot = take_slot(loop);
    slot->birth.plan = jg_plan_make(command);
    if (slot->birth.plan == NULL)
        return jg_err_set(err, errno, "cannot start a process");
    if (!jg_slot_stage(&loop->slots, slot, command->stdio, err))
        return false;
    if (command->pty != NULL)
        slot->birth.terminal = jg_pty_terminal(command->pty);

    pid_t pid = jg_birth_start(&slot->birth, slot->stack, JG_SLOT_STACK, cgroup, CLONE_VM, &loop->slots.legacy);
    if (pid < 0) {
        jg_err_set(err, -pid, "cannot start a process");
        jg_slot_clear(&loop->slots, slot);
        return false;
    }
    process->pid = pid;
    process->pidfd = slot->birth.pidfd;
    process->child = true;
    if (!jg_process_watch(process, err)) {
        undo(process, slot);
        return false;
    }
    process->slot = slot;
    slot->process = process;
    loop->slots.busy++;
    return true;
}

static struct jg_os_command with_terminal(const struct jg_os_command *command)
{
    struct jg_os_command copy = *command;
    for (int i = 0; i < 3; i++)
        if (copy.stdio[i] == JG_STDIO_TERMINAL)
            copy.stdio[i] = jg_pty_terminal(copy.pty);
    return copy;
}

bool jg_os_spawn(struct jg_os_loop *loop, struct jg_os_job *job, const struct jg_os_command *command,
                 const struct jg_os_process_events *events, void *owner, struct jg_os_process **result,
                 struct jg_err *err)
{
    if (jg_job_frozen(job))
        return jg_err_set(err, EINVAL, "the job is frozen");
    if (!jg_cgroup_renew(job, err))
        return false;
    struct jg_os_process *process = jg_process_new(loop, job, events, owner);
    if (process == NULL)
        return jg_err_set(err, ENOMEM, "cannot start a process");
    const struct jg_os_command own = with_terminal(command);
    bool started = job != NULL ? job->ops->spawn(job, process, &own, err) : jg_spawn_here(process, &own, -1, err);
    if (!started) {
        jg_limit_explain(process, err);
        jg_process_free(process);
        return false;
    }
    jg_job_count(job, +1);
    *result = process;
    return true;
}

bool jg_os_loop_settling(const struct jg_os_loop *loop)
{
    return loop->slots.busy > 0 || loop->settled.first != NULL;
}

void jg_os_loop_settle(struct jg_os_loop *loop, bool may_block)
{
    finish_done(loop);
    if (may_block && loop->settled.first == NULL && loop->slots.busy > 0) {
        jg_slot_wait(jg_slot_oldest(&loop->slots), MILLISECOND);
        finish_done(loop);
    }
    while (loop->settled.first != NULL) {
        struct jg_os_process *process = loop->settled.first;
        loop->settled.first = process->chain;
        if (loop->settled.first == NULL)
            loop->settled.last = &loop->settled.first;
        process->chain = NULL;
        jg_process_tell_spawned(process);
    }
}

void jg_spawn_wait(struct jg_os_process *process)
{
    for (int i = 0; i < PATIENCE_MS && process->slot != NULL && !jg_slot_done(process->slot); i++)
        jg_slot_wait(process->slot, MILLISECOND);
}

void jg_spawn_wait_job(struct jg_os_loop *loop, const struct jg_os_job *job)
{
    for (int i = 0; i < loop->slots.count; i++) {
        struct jg_os_process *process = loop->slots.slot[i].process;
        if (process != NULL && jg_job_within(process->job, job))
            jg_spawn_wait(process);
    }
}
