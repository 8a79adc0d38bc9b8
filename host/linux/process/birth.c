/*
** birth.c: what a new process does between its clone and its exec.
**
** It has our memory, or a copy of it, on a small stack of its own, and our descriptor table until it takes a copy of
** the lowest few. Everything that it needs was prepared; it makes system calls and nothing else.
*/
#define _GNU_SOURCE
#include "birth.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../linux.h"
#include "../raw.h"

enum { CLOSE_RANGE_UNSHARE_FLAG = 2, KERNEL_SIGNALS = 64, KERNEL_MASK_SIZE = 8 };

struct kernel_action {
    unsigned long handler, flags, restorer;
    uint64_t mask;
};

static const struct kernel_action default_action;

/* CLONE_CLEAR_SIGHAND where there is none. Signals are blocked meanwhile, so no handler of ours runs. */
JG_BARE static void clear_handlers(void)
{
    for (long number = 1; number <= KERNEL_SIGNALS; number++) {
        struct kernel_action action;
        if (jg_raw(SYS_rt_sigaction, number, 0, (long)&action, KERNEL_MASK_SIZE) == 0 &&
            action.handler != (unsigned long)SIG_DFL && action.handler != (unsigned long)SIG_IGN)
            jg_raw(SYS_rt_sigaction, number, (long)&default_action, 0, KERNEL_MASK_SIZE);
    }
}

/* What is typed there is to interrupt it, even if we have been started to ignore that. */
JG_BARE static long take_terminal(int terminal)
{
    static const uint8_t signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
    long error = jg_raw(SYS_setsid, 0, 0, 0, 0);
    if (error >= 0)
        error = jg_raw(SYS_ioctl, terminal, TIOCSCTTY, 0, 0);
    for (unsigned i = 0; i < sizeof signals && error >= 0; i++)
        error = jg_raw(SYS_rt_sigaction, signals[i], (long)&default_action, 0, KERNEL_MASK_SIZE);
    return error;
}

JG_BARE static long set_up(const struct jg_birth *birth)
{
    /* first, as long as all descriptors are there */
    long error = birth->terminal < 0 ? 0 : take_terminal(birth->terminal);
    if (error < 0)
        return error;
    /* A copy of the table, but only of what lies below `low`, which costs the same however many
    ** descriptors we have. Without the call everything is copied, and closed by the exec. */
    error = jg_raw(SYS_close_range, birth->low, ~0U, CLOSE_RANGE_UNSHARE_FLAG, 0);
    if (error < 0)
        error = jg_raw(SYS_unshare, CLONE_FILES, 0, 0, 0);
    for (int i = 0; i < 3 && error >= 0; i++)
        if (birth->from[i] >= 0)
            error = jg_raw(SYS_dup3, birth->from[i], i, 0, 0);
    if (error < 0)
        return error;

    if (birth->parent != 0) {
        jg_raw(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
        if (jg_raw(SYS_getppid, 0, 0, 0, 0) != birth->parent) /* it died before that call */
            return -ESRCH;
    }
    if (birth->leads)
        jg_raw(SYS_setpgid, 0, 0, 0, 0);
    if (birth->set_limit)
        jg_raw(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)&birth->limit, 0);
    if (birth->clear_handlers)
        clear_handlers();
    jg_raw(SYS_rt_sigaction, SIGPIPE, (long)&default_action, 0, KERNEL_MASK_SIZE);
    return jg_raw(SYS_rt_sigprocmask, SIG_SETMASK, (long)&birth->mask, 0, KERNEL_MASK_SIZE);
}

/* execvp's rules, but never a shell for what the kernel can't execute. */
JG_BARE static long execute(const struct jg_plan *plan)
{
    long error = -ENOENT, denied = 0;
    for (char **file = plan->candidates; *file != 0; file++) {
        error = jg_raw(SYS_execve, (long)*file, (long)plan->argv, (long)plan->env, 0);
        if (error == -EACCES)
            denied = error;
        else if (error != -ENOENT && error != -ENOTDIR && error != -ESTALE && error != -ENODEV && error != -ETIMEDOUT)
            return error;
    }
    return denied != 0 ? denied : error;
}

JG_BARE static void be_born(void *argument)
{
    struct jg_birth *birth = argument;
    int stage = JG_BIRTH_SETUP;
    long error = set_up(birth);
    if (error >= 0 && birth->plan->cwd != 0) {
        stage = JG_BIRTH_CHDIR;
        error = jg_raw(SYS_chdir, (long)birth->plan->cwd, 0, 0, 0);
    }
    if (error >= 0) {
        stage = JG_BIRTH_EXEC;
        error = execute(birth->plan);
    }
    birth->stage = stage;
    birth->error = (int)-error;
    for (;;)
        jg_raw(SYS_exit_group, 127, 0, 0, 0);
}

bool jg_birth_dies_with_parent(void)
{
    return jg_linux.shared != NULL && jg_linux.shared->guarantee.level == JG_LEVEL_REAPER;
}

void jg_birth_init(struct jg_birth *birth, pid_t parent)
{
    memset(birth, 0, sizeof *birth);
    memcpy(&birth->mask, &jg_linux.original_mask, sizeof birth->mask);
    birth->parent = parent;
    birth->from[0] = birth->from[1] = birth->from[2] = -1;
    birth->terminal = -1;
}

static long start_legacy(struct jg_birth *birth)
{
    sigset_t all, before;
    birth->clear_handlers = true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    long pid = jg_clone_legacy(&birth->clone);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pid;
}

pid_t jg_birth_start(struct jg_birth *birth, void *stack, size_t stack_size, int cgroup, unsigned flags, bool *legacy)
{
    struct clone_args *args = &birth->clone.args;
    memset(args, 0, sizeof *args);
    args->flags = CLONE_FILES | CLONE_PIDFD | CLONE_CHILD_CLEARTID | CLONE_CLEAR_SIGHAND | flags;
    args->pidfd = (uintptr_t)&birth->pidfd;
    args->child_tid = (uintptr_t)&birth->tid;
    args->exit_signal = SIGCHLD;
    args->stack = (uintptr_t)stack;
    args->stack_size = stack_size;
    if (cgroup >= 0) {
        args->flags |= CLONE_INTO_CGROUP;
        args->cgroup = (unsigned)cgroup;
    }
    birth->clone.run = be_born;
    birth->clone.argument = birth;
    birth->tid = 1;
    birth->error = 0;
    birth->clear_handlers = false;

    long pid = -ENOSYS;
    if (!*legacy)
        pid = jg_clone3(&birth->clone);
    /* ENOSYS: Docker's filter; EPERM: older filters; EINVAL: Linux 5.4, which can't clear handlers. */
    if ((pid == -ENOSYS || pid == -EPERM || pid == -EINVAL) && cgroup < 0) {
        pid = start_legacy(birth);
        *legacy = pid > 0;
    }
    return (pid_t)pid;
}

const char *jg_birth_what(int stage)
{
    static const char *const what[] = {
        [JG_BIRTH_EXEC] = "cannot run",
        [JG_BIRTH_CHDIR] = "cannot enter the working directory",
        [JG_BIRTH_SETUP] = "cannot set up the process",
        [JG_BIRTH_START] = "cannot start a process",
    };
    return what[stage];
}
