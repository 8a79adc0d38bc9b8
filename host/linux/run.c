/*
** run.c: the guard's five steps on Linux.
**
** At level `namespace` the job is a pid namespace: it comes into being together with its first
** process, and the kernel ends everything in it when that process ends, so "assigning" is only what
** is left to do from outside, the id maps of a user namespace. At level `reaper` there is no such
** thing to hold; this process and init are both subreapers, and whichever is left ends what is left.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../exit.h"
#include "../stage.h"
#include "cgroup.h"
#include "descendants.h"
#include "pids.h"
#include "proctree.h"
#include "start.h"

struct jg_os_run {
    struct jg_os_start start;
    int init; /* pidfd of the job's first process */
    pid_t init_pid;
    bool user_namespace;
    bool ended;             /* init has been reaped */
    struct jg_pids foreign; /* children that this process had before it was jghost ("x & exec jghost") */
};

static bool no_such_level(struct jg_err *err)
{
    return jg_err_set(err, ENOSYS, "this kernel has no such level");
}

bool jg_os_run_create(struct jg_os_run **run, enum jg_level level, struct jg_err *err)
{
    struct jg_os_run *new = malloc(sizeof *new);
    if (new == NULL)
        return jg_err_set(err, errno, "cannot allocate memory");
    *new = (struct jg_os_run){.start = {level, -1, -1}, .init = -1};
    *run = new;
    if (level != JG_LEVEL_NAMESPACE && level != JG_LEVEL_REAPER)
        return no_such_level(err);
    new->start.event = eventfd(0, EFD_CLOEXEC);
    if (new->start.event == -1)
        return jg_err_set(err, errno, "cannot make the event");
    new->start.guard = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (new->start.guard == -1)
        return jg_err_set(err, errno, "cannot make a handle to the guard");
    if (level == JG_LEVEL_REAPER && !jg_proctree_children(&new->foreign))
        return jg_err_set(err, errno, "cannot read /proc");
    if (level == JG_LEVEL_REAPER && prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return jg_err_set(err, errno, "cannot become a subreaper");
    /* from here on signals wait for step 5; the harness gives itself its mask back */
    sigset_t set;
    jg_forwarded_signals(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    jg_terminal_save();
    return true;
}

/* clone(2) in the form that also works where a seccomp filter knows no clone3; returns like fork. */
static pid_t fork_into(unsigned long flags, int *pidfd)
{
    return (pid_t)syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, pidfd, NULL, NULL);
}

static pid_t create_init(struct jg_os_run *run)
{
    if (run->start.level == JG_LEVEL_REAPER)
        return fork_into(0, &run->init);
    pid_t pid = -1;
    if (geteuid() == 0)
        pid = fork_into(CLONE_NEWPID | CLONE_NEWNS, &run->init);
    if (pid == -1) {
        run->user_namespace = true; /* before the clone: the child has a copy of it */
        pid = fork_into(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUSER, &run->init);
    }
    return pid;
}

bool jg_os_run_start(struct jg_os_run *run, jg_harness_main_fn *harness_main, void *argument, struct jg_err *err)
{
    jg_linux.shared->refused = (struct jg_err){0};
    jg_linux.shared->guarantee.level = run->start.level;
    jg_linux.shared->user_namespace = false;
    fflush(NULL);
    pid_t pid = create_init(run);
    if (pid == -1)
        return jg_err_set(err, errno, "cannot create the harness");
    if (pid == 0) {
        jg_linux.shared->user_namespace = run->user_namespace;
        _exit(harness_main(&run->start, argument));
    }
    run->init_pid = pid;
    return true;
}

/* Writes a file of /proc/PID of the process that the pidfd holds: it is our child and not reaped, so
** its number is still its own. */
static bool write_proc(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    ssize_t written = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return written != -1;
}

static bool map_ids(pid_t pid)
{
    char users[48], groups[48];
    snprintf(users, sizeof users, "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
    snprintf(groups, sizeof groups, "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
    /* without "deny" the kernel refuses an unprivileged gid_map: user_namespaces(7) */
    return write_proc(pid, "setgroups", "deny") && write_proc(pid, "uid_map", users) &&
           write_proc(pid, "gid_map", groups);
}

bool jg_os_run_assign(struct jg_os_run *run, struct jg_err *err)
{
    if (run->user_namespace && !map_ids(run->init_pid))
        return jg_err_set(err, errno, "cannot map the user into the namespace");
    return true;
}

bool jg_os_run_signal(struct jg_os_run *run, struct jg_err *err)
{
    uint64_t one = 1;
    if (write(run->start.event, &one, sizeof one) == -1)
        return jg_err_set(err, errno, "cannot signal the event");
    return true;
}

static void end_init(struct jg_os_run *run)
{
    syscall(SYS_pidfd_send_signal, run->init, SIGKILL, NULL, 0);
}

static void forward(struct jg_os_run *run, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_QUEUE};
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_int = JG_FORWARDED;
    syscall(SYS_pidfd_send_signal, run->init, signal, &info, 0);
}

/*
** A stop from the terminal has reached the whole group; one sent to us alone must be passed on. The
** harness stops wherever it is, at its prompt too, so it is we who leave the terminal as it was. If
** there is no shell that could continue us, the kernel ignores the stop, in the harness as here.
*/
static void follow_stop(struct jg_os_run *run, const siginfo_t *info)
{
    sigset_t stop, pending;
    struct termios modes;
    if (info->si_code != SI_KERNEL)
        forward(run, info->si_signo);
    bool known = tcgetattr(STDIN_FILENO, &modes) == 0;
    jg_terminal_restore();
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    raise(SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &stop, NULL);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    sigpending(&pending);
    if (known && !sigismember(&pending, SIGCONT) && tcgetpgrp(STDIN_FILENO) == getpgrp())
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

static bool is_foreign(void *argument, pid_t pid)
{
    const struct jg_os_run *run = argument;
    return jg_pids_has(&run->foreign, pid);
}

/* At level `reaper` init may have been killed: then what it looked after has come to us. */
static void end_descendants(struct jg_os_run *run)
{
    struct jg_ender ender = {.spare = is_foreign, .argument = run};
    if (run->start.level == JG_LEVEL_REAPER)
        jg_descendants_end_by(&ender);
}

enum { CONSUMED_MARGIN = 1 }; /* seconds */

struct waiting {
    struct jg_os_run *run;
    double deadline;    /* of the monotonic clock */
    double interrupted; /* when an interrupt last came */
    int last_interrupt;
    bool cut_short; /* by a second interrupt */
    bool timed_out;
};

/*
** The first is passed on, the second ends the run, unless the harness has dealt with the first by then
** (at its prompt it does). It may have had a Ctrl-C from the terminal, and have been done with it,
** before we saw ours: hence the margin.
*/
static void interrupt(struct waiting *waiting, int signal)
{
    double consumed = jg_linux.shared->consumed;
    bool second = waiting->last_interrupt != 0 && (consumed == 0 || waiting->interrupted > consumed + CONSUMED_MARGIN);
    waiting->last_interrupt = signal;
    waiting->interrupted = jg_monotonic();
    waiting->cut_short = waiting->cut_short || second;
    if (second)
        end_init(waiting->run);
    else
        forward(waiting->run, signal);
}

static void handle_signal(struct waiting *waiting, const siginfo_t *info)
{
    switch (info->si_signo) {
    case SIGCHLD:
        break;
    case SIGTSTP:
        follow_stop(waiting->run, info);
        break;
    case SIGCONT:
    case SIGWINCH:
        if (info->si_code != SI_KERNEL)
            forward(waiting->run, info->si_signo);
        break;
    default:
        interrupt(waiting, info->si_signo);
        break;
    }
}

/* Waits for one signal, or until the deadline; a signal that comes between two calls stays pending. */
static void wait_signal(struct waiting *waiting, const sigset_t *set)
{
    siginfo_t info;
    int got;
    if (isinf(waiting->deadline)) {
        got = sigwaitinfo(set, &info);
    } else {
        double left = fmin(fmax(waiting->deadline - jg_monotonic(), 0), 1e6);
        struct timespec timeout = {(time_t)left, (long)((left - floor(left)) * 1e9)};
        got = sigtimedwait(set, &info, &timeout);
    }
    if (got > 0) {
        handle_signal(waiting, &info);
    } else if (errno == EAGAIN && jg_monotonic() >= waiting->deadline && !waiting->timed_out) {
        waiting->timed_out = true;
        waiting->deadline = INFINITY;
        end_init(waiting->run);
    }
}

/* Has init ended? Once it has, the kernel has emptied the namespace. Stop and continue come here too. */
static bool reap_init(struct jg_os_run *run)
{
    siginfo_t info = {0};
    while (waitid(P_PID, (id_t)run->init_pid, &info, WEXITED | WNOHANG) == -1 && errno == EINTR) {
    }
    run->ended = info.si_pid == run->init_pid;
    return run->ended;
}

/*
** Only an interrupt that we were sent ends us by its signal: the shell must see us die of its Ctrl-C to
** stop its loop. A harness that crashed has left its own core; a second one would tell nobody more.
*/
static struct jg_exit outcome(const struct waiting *waiting)
{
    struct jg_exit result = {.signal = SIGKILL}; /* init was killed, too */
    if (jg_linux.shared->has_result)
        result = jg_linux.shared->result;
    uint32_t status = result.signal != 0 ? (uint32_t)(JG_EXIT_SIGNAL + result.signal) : result.code;
    bool of_interrupt = status == (uint32_t)(JG_EXIT_SIGNAL + waiting->last_interrupt);
    if (waiting->last_interrupt != 0 && (waiting->cut_short || of_interrupt))
        return (struct jg_exit){.signal = waiting->last_interrupt};
    return (struct jg_exit){.code = status};
}

bool jg_os_run_wait(struct jg_os_run *run, double seconds, struct jg_exit *result, bool *timed_out, struct jg_err *err)
{
    struct waiting waiting = {.run = run, .deadline = seconds < 0 ? INFINITY : jg_monotonic() + seconds};
    sigset_t set;
    jg_forwarded_signals(&set);
    sigaddset(&set, SIGCHLD);
    while (!reap_init(run))
        wait_signal(&waiting, &set);
    end_descendants(run);
    if (jg_linux.shared->refused.kind != JG_ERR_OK) {
        *err = jg_linux.shared->refused;
        return false;
    }
    *timed_out = waiting.timed_out;
    *result = outcome(&waiting);
    return true;
}

void jg_os_run_close(struct jg_os_run *run)
{
    if (run == NULL)
        return;
    if (run->init_pid != 0 && !run->ended) {
        end_init(run);
        while (waitpid(run->init_pid, NULL, 0) == -1 && errno == EINTR) {
        }
        end_descendants(run);
    }
    for (int i = 0; i < JG_CGROUPS; i++)
        if (jg_linux.shared->cgroup[i][0] != '\0')
            jg_cgroup_remove(jg_linux.shared->cgroup[i]);
    jg_terminal_restore();
    for (int *fd = (int[]){run->init, run->start.guard, run->start.event, -2}; *fd != -2; fd++) {
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
