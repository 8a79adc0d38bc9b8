/*
** init.c: the first process of the job.
**
** This is pid 1 of the pid namespace, or at level `reaper` the second subreaper. It is needed because
** somebody must reap what is orphaned, and the harness isn't the one to do it: a process that reaps
** whatever ends would take the exit statuses of children that a C module or popen waits for. It has
** no Lua and stays small, so that forking a job reaper from it copies next to nothing. It ends as
** soon as the harness has ended, which ends everything in the namespace, or with the guard, or when that tells it.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../exit.h"
#include "../../stage.h"
#include "../procfs/descendants.h"
#include "../reaper/reaper.h"
#include "orders.h"
#include "start.h"

struct init {
    const struct jg_os_start *start;
    pid_t harness;
    int signals; /* signalfd: SIGCHLD */
    int harness_socket;
    struct jg_pids reapers;
};

_Noreturn static void end(const struct init *init)
{
    jg_linux.shared->ending = true;
    if (init->start->level == JG_LEVEL_REAPER)
        jg_descendants_end();
    _exit(JG_EXIT_SUCCESS);
}

/* Who has ended and hasn't been reaped, with what it had used: libc's waitid doesn't give that. */
static bool has_ended(siginfo_t *info, struct rusage *usage)
{
    info->si_pid = 0;
    return syscall(SYS_waitid, P_ALL, 0, info, WEXITED | WNOHANG | WNOWAIT, usage) == 0 && info->si_pid != 0;
}

static void reap(struct init *init)
{
    siginfo_t info;
    struct rusage usage;
    bool harness_ended = false;
    while (has_ended(&info, &usage)) {
        jg_orphans_add(info.si_pid, &usage);
        waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG);
        if (info.si_pid == init->harness) {
            bool exited = info.si_code == CLD_EXITED;
            jg_linux.shared->result =
                (struct jg_exit){.code = exited ? (uint32_t)info.si_status : 0, .signal = exited ? 0 : info.si_status};
            jg_linux.shared->has_result = true;
            harness_ended = true;
        }
        jg_pids_remove(&init->reapers, info.si_pid);
    }
    if (harness_ended)
        end(init);
    jg_reaper_continue(&init->reapers);
}

static void obey(void *argument, int order)
{
    const struct init *init = argument;
    if (order == JG_ORDER_END)
        end(init);
    kill(init->harness, order); /* it is our child and only we reap it: the number is its own */
}

static void take_signal(struct init *init)
{
    struct signalfd_siginfo info;
    if (read(init->signals, &info, sizeof info) == sizeof info)
        reap(init);
}

int jg_init_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static void block_signals(void)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

/*
** At level `reaper` nothing but init and the guard stands between a daemon and freedom. A process of the script's that
** kills its own process group, the guard's, must not end both at once. A group of its own isn't enough: as long as the
** harness had a parent in another group of its session, the run's group would count as one that somebody controls, and
** get a SIGHUP at the harness's end if anybody in it is stopped: setpgid(2), exit(3) on orphaned groups. The harness
** starts nothing before it is told.
*/
static void leave_session(const struct init *init)
{
    if (init->start->level != JG_LEVEL_REAPER)
        return;
    jg_linux.own_session = setsid() != -1;
    send(init->harness_socket, "", 1, MSG_NOSIGNAL);
}

_Noreturn void jg_init_main(const struct jg_os_start *start, pid_t harness, int signals, int harness_socket)
{
    struct init init = {start, harness, signals, harness_socket, {0}};
    block_signals();
    prctl(PR_SET_NAME, "jghost-init");
    jg_stage(JG_STAGE_INIT_BEGINS);
    leave_session(&init);
    struct pollfd handles[] = {{.fd = init.signals, .events = POLLIN},
                               {.fd = start->guard, .events = POLLIN},
                               {.fd = harness_socket, .events = POLLIN},
                               {.fd = start->event, .events = POLLIN}};
    reap(&init); /* a harness that ended before its SIGCHLD was of interest */
    for (;;) {
        if (poll(handles, 4, -1) == -1)
            continue;
        if (handles[1].revents != 0)
            end(&init);
        if (handles[2].revents != 0) {
            reap(&init); /* whoever asks for that may have seen them end before we have */
            if (!jg_reaper_serve(harness_socket, &init.reapers))
                handles[2].fd = -1;
        }
        if (handles[0].revents != 0)
            take_signal(&init);
        if (handles[3].revents != 0)
            jg_orders_take(start->event, obey, &init);
    }
}
