/*
** enter.c: the harness's side of the start-up.
**
** The process that the guard created begins here. It waits for the guard's end or the event,
** whichever comes first; then it moves in (a /proc of its own), and forks: the child returns and is
** the harness, this one stays behind as init. Until the fork nothing has been started, so exiting is
** all that a cancelled run needs.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../exit.h"
#include "../../stage.h"
#include "../process/plan.h"
#include "../procfs/procstat.h"
#include "idmap.h"
#include "mounts.h"
#include "start.h"

bool jg_pidfd_ended(int pidfd)
{
    struct pollfd handle = {.fd = pidfd, .events = POLLIN};
    return poll(&handle, 1, 0) == 1;
}

/*
** The window before PR_SET_PDEATHSIG takes hold: a guard that died in it is seen by its pidfd. At level `autokill` this
** is the second rope: it holds if somebody, such as a debugger, has taken a copy of the guard's descriptors.
*/
static bool bind_to_guard(const struct jg_os_start *start, struct jg_err *err)
{
    if (start->level != JG_LEVEL_REAPER && prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        return jg_err_set(err, errno, "cannot have init end with the guard");
    return !jg_pidfd_ended(start->guard) || jg_err_set(err, ESRCH, "the guard has ended");
}

static bool wait_for_either(const struct jg_os_start *start, struct jg_err *err)
{
    struct pollfd handles[] = {{.fd = start->guard, .events = POLLIN}, {.fd = start->event, .events = POLLIN}};
    int ready;
    do
        ready = poll(handles, 2, -1);
    while (ready == -1 && errno == EINTR);
    if (ready == -1)
        return jg_err_set(err, errno, "cannot wait for the guard");
    return (handles[0].revents == 0 && handles[1].revents == POLLIN) || jg_err_set(err, ESRCH, "the guard has ended");
}

static bool move_in(struct jg_err *err)
{
    if (!jg_mounts_make_private())
        return jg_err_set(err, jg_procstat_why(errno), "cannot keep the namespace's mounts to itself");
    if (!jg_mounts_proc())
        return jg_err_set(err, jg_procstat_why(errno), "cannot mount the namespace's /proc");
    return true;
}

/* In a user namespace the first process has every capability over it, and exec would take them away.
** The harness doesn't exec, but is meant to be the ordinary process that its user is. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    return syscall(SYS_capset, &header, none) == 0;
}

static bool enter_level(const struct jg_os_start *start, struct jg_err *err)
{
    jg_linux.outer_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (jg_linux.shared->user_namespace && !jg_idmap_write(start->user, start->group))
        return jg_err_set(err, jg_procstat_why(errno), "cannot map the user into the namespace");
    if (start->level != JG_LEVEL_REAPER)
        return move_in(err);
    if (access("/proc/self/stat", R_OK) == -1)
        return jg_err_set(err, jg_procstat_why(errno), "cannot read /proc");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
        return jg_err_set(err, errno, "cannot become a subreaper");
    return true;
}

/*
** At level `reaper` init leaves the guard's session, so that nobody ends both by one signal to the guard's group. Until
** it has, nothing may be started.
*/
static bool wait_for_init(const struct jg_os_start *start)
{
    char word;
    ssize_t got = sizeof word;
    if (start->level == JG_LEVEL_REAPER)
        while ((got = recv(jg_linux.init_socket, &word, sizeof word, 0)) == -1 && errno == EINTR)
            continue;
    return got == sizeof word;
}

/* Init dies with everything in the namespace; at level `reaper` this is what follows it. */
static bool bind_to_init(pid_t init, struct jg_err *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
        return jg_err_set(err, errno, "cannot have the harness end with init");
    return getppid() == init || jg_err_set(err, ECHILD, "init has ended");
}

static bool become_harness(const struct jg_os_start *start, struct jg_err *err)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == -1)
        return jg_err_set(err, errno, "cannot make a socket to init");
    int signals = jg_init_signals();
    if (signals == -1)
        return jg_err_set(err, errno, "cannot listen to signals in init");
    pid_t init = getpid();
    pid_t harness = fork();
    if (harness == -1)
        return jg_err_set(err, errno, "cannot fork the harness");
    if (harness != 0) {
        close(sockets[0]);
        close(start->asks);
        close(jg_linux.detach_socket);
        jg_init_main(start, harness, signals, sockets[1]);
    }
    close(signals);
    close(sockets[1]);
    close(start->event);
    close(start->guard);
    jg_linux.init_socket = sockets[0];
    jg_linux.guard_socket = start->asks;
    if (jg_linux.shared->user_namespace && !drop_capabilities())
        return jg_err_set(err, errno, "cannot drop the namespace's capabilities");
    if (!bind_to_init(init, err))
        return false;
    if (!wait_for_init(start))
        return jg_err_set(err, ECHILD, "init has ended");
    prctl(PR_SET_NAME, "jghost-harness");
    return true;
}

static bool enter(const struct jg_os_start *start, struct jg_err *err)
{
    jg_stage(JG_STAGE_HARNESS_BORN);
    bool bound = bind_to_guard(start, err);
    jg_stage(JG_STAGE_HARNESS_BOUND);
    if (!bound || !wait_for_either(start, err))
        return false;
    jg_stage(JG_STAGE_HARNESS_RELEASED);
    if (!enter_level(start, err) || !become_harness(start, err))
        return false;
    jg_stage(JG_STAGE_HARNESS_ENTERED);
    return true;
}

bool jg_os_harness_enter(struct jg_os_start *start, struct jg_err *err)
{
    bool entered = enter(start, err);
    if (!entered)
        jg_linux.shared->refused = *err;
    return entered;
}

void jg_os_harness_exec(char *const *argv, struct jg_err *err)
{
    sigprocmask(SIG_SETMASK, &jg_linux.original_mask, NULL);
    struct jg_plan *plan = jg_plan_make(&(struct jg_os_command){.argv = argv});
    int error = plan == NULL ? errno : jg_plan_exec(plan);
    free(plan);
    jg_err_set(err, error, "cannot run");
}
