/*
** run.c: the guard's first four steps on Linux, and what becomes of the job at the end.
**
** At levels `autokill` and `namespace` the job is a pid namespace: it comes into being together with its
** first process, and the kernel ends everything in it when that process ends, so there is nobody to
** assign. At level `autokill` that process's pidfd is the job's kill-on-close handle. At level `reaper`
** there is no such thing to hold; this process and init are both subreapers, and whichever is left ends
** what is left.
*/
#define _GNU_SOURCE
#include "run.h"

#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cgroup/cgroup.h"
#include "../procfs/descendants.h"
#include "../procfs/procstat.h"
#include "../procfs/proctree.h"
#include "autokill.h"

static bool no_such_level(struct jg_err *err)
{
    return jg_err_set(err, ENOSYS, "this kernel has no such level");
}

bool jg_os_run_create(struct jg_os_run **run, enum jg_level level, bool allow_detach, struct jg_err *err)
{
    struct jg_os_run *new = malloc(sizeof *new);
    if (new == NULL)
        return jg_err_set(err, errno, "cannot allocate memory");
    *new = (struct jg_os_run){.start = {level, -1, -1, -1, geteuid(), getegid()},
                              .signals = -1,
                              .asked = -1,
                              .init = -1,
                              .detacher = jg_detacher_none};
    *run = new;
    if (level > JG_LEVEL_AUTOKILL)
        return no_such_level(err);
    new->start.event = eventfd(0, EFD_CLOEXEC);
    if (new->start.event == -1)
        return jg_err_set(err, errno, "cannot make the event");
    new->start.guard = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (new->start.guard == -1)
        return jg_err_set(err, errno, "cannot make a handle to the guard");
    if (allow_detach && !jg_detacher_start(&new->detacher, err))
        return false;
    if (level == JG_LEVEL_REAPER && !jg_proctree_children(&new->foreign))
        return jg_err_set(err, jg_procstat_why(errno), "cannot read /proc");
    if (level == JG_LEVEL_REAPER && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return jg_err_set(err, errno, "cannot become a subreaper");
    /* from here on signals wait for step 5; the harness gives itself its mask back */
    sigset_t set;
    jg_forwarded_signals(&set);
    sigaddset(&set, SIGCHLD); /* see follow_init */
    sigprocmask(SIG_BLOCK, &set, NULL);
    new->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (new->signals == -1)
        return jg_err_set(err, errno, "cannot listen to signals");
    int sockets[2];
    if (!jg_retreat_open(sockets))
        return jg_err_set(err, errno, "cannot make a socket to the harness");
    new->asked = sockets[0];
    new->start.asks = sockets[1];
    jg_terminal_save();
    return true;
}

/* Returns like fork. clone(2) in the form that also works where a seccomp filter knows no clone3. */
static pid_t fork_into(struct jg_os_run *run, unsigned long flags)
{
    if (run->start.level == JG_LEVEL_AUTOKILL)
        return jg_autokill_fork(flags, &run->init);
    return (pid_t)syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, &run->init, NULL, NULL);
}

static pid_t create_init(struct jg_os_run *run)
{
    if (run->start.level == JG_LEVEL_REAPER)
        return fork_into(run, 0);
    if (run->start.user == 0) {
        pid_t pid = fork_into(run, CLONE_NEWPID | CLONE_NEWNS);
        if (pid != -1 || errno != EPERM)
            return pid;
    }
    run->user_namespace = true; /* before the clone: the child has a copy of it */
    return fork_into(run, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER);
}

/* Why there is no init, if the system's own words for it don't say enough. */
static const char *why_not(enum jg_level level, int error)
{
    if (level == JG_LEVEL_AUTOKILL && error == EINVAL)
        return "this kernel has no CLONE_PIDFD_AUTOKILL (Linux 7.1 and later have it)";
    if (level == JG_LEVEL_AUTOKILL && error == ENOSYS)
        return "clone3 is refused here, which alone knows CLONE_PIDFD_AUTOKILL";
    return "cannot create the harness";
}

bool jg_os_run_start(struct jg_os_run *run, jg_harness_main_fn *harness_main, void *argument, struct jg_err *err)
{
    jg_linux.shared->refused = (struct jg_err){0};
    jg_linux.shared->has_result = false;
    jg_linux.shared->guarantee.level = run->start.level;
    jg_linux.shared->user_namespace = false;
    fflush(NULL);
    pid_t pid = create_init(run);
    if (pid == -1)
        return jg_err_set(err, errno, why_not(run->start.level, errno));
    if (pid == 0) {
        close(run->signals);
        close(run->asked);
        jg_linux.shared->user_namespace = run->user_namespace;
        jg_detacher_forget(&run->detacher);
        _exit(harness_main(&run->start, argument));
    }
    run->init_pid = pid;
    close(run->start.asks);
    run->start.asks = -1;
    jg_detacher_handed(&run->detacher);
    return true;
}

/* It was born in it. */
bool jg_os_run_assign(struct jg_os_run *run, struct jg_err *err)
{
    (void)run;
    (void)err;
    return true;
}

bool jg_os_run_signal(struct jg_os_run *run, struct jg_err *err)
{
    uint64_t one = 1;
    if (write(run->start.event, &one, sizeof one) == -1)
        return jg_err_set(err, errno, "cannot signal the event");
    return true;
}

static bool is_foreign(void *argument, pid_t pid)
{
    const struct jg_os_run *run = argument;
    return jg_pids_has(&run->foreign, pid);
}

void jg_run_end_descendants(struct jg_os_run *run)
{
    struct jg_ender ender = {.spare = is_foreign, .argument = run};
    if (run->start.level == JG_LEVEL_REAPER)
        jg_descendants_end_by(&ender);
}

void jg_run_end_init(struct jg_os_run *run)
{
    syscall(SYS_pidfd_send_signal, run->init, SIGKILL, NULL, 0);
}

void jg_run_reap_init(struct jg_os_run *run)
{
    struct pollfd init = {.fd = run->init, .events = POLLIN};
    while (poll(&init, 1, -1) != 1)
        continue;
    run->status = SIGKILL;
    if (run->start.level == JG_LEVEL_AUTOKILL)
        run->status = jg_autokill_status(run->init);
    else if (waitpid(run->init_pid, &run->status, WNOHANG) == 0)
        jg_pids_add(&run->foreign, run->init_pid); /* a tracer is told first, and buries it: that may take for ever */
    run->ended = true;
}

void jg_os_run_close(struct jg_os_run *run)
{
    if (run == NULL)
        return;
    if (run->init_pid != 0 && !run->ended) {
        jg_run_end_init(run);
        jg_run_reap_init(run);
        jg_run_end_descendants(run);
    }
    jg_detacher_end(&run->detacher);
    jg_cgroup_remove_published();
    jg_retreat_undo(&run->retreat);
    jg_terminal_restore();
    const struct jg_os_start *start = &run->start;
    for (int *fd = (int[]){run->init, run->signals, run->asked, start->guard, start->event, start->asks, -2}; *fd != -2;
         fd++) {
        if (*fd != -1)
            close(*fd);
    }
    jg_pids_free(&run->foreign);
    free(run);
}

void jg_os_die_as(const struct jg_exit *result)
{
    fflush(NULL);
    signal(result->signal, SIG_DFL);
    sigprocmask(SIG_SETMASK, &jg_linux.original_mask, NULL);
    raise(result->signal);
}
