/*
** cgroupscope.c: a cgroup of our own from systemd.
**
** It is the only one who may make cgroups where it runs, and hands parts of its tree to others when it is asked
** (https://systemd.io/CGROUP_DELEGATION): a scope is such a part, for processes that there are already. It is spoken
** to by its own program busctl. What that call starts is done some time later; that it was is seen by our cgroup.
*/
#define _GNU_SOURCE
#include "cgroupscope.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../linux.h"
#include "../procfs/fdinfo.h"
#include "cgroupself.h"

enum { MOST_PROCESSES = 1024, PATIENCE_MS = 5000 };

struct call {
    char unit[64];
    char number[16];                  /* of the processes */
    char process[MOST_PROCESSES][16]; /* their numbers outside of the namespace */
    char *words[MOST_PROCESSES + 32];
    int count;
};

static void add(struct call *call, const char *word)
{
    call->words[call->count++] = (char *)word;
}

static void add_processes(struct call *call, const struct jg_pids *pids)
{
    int count = 0;
    int place = call->count;
    add(call, call->number);
    for (size_t i = 0; i < pids->count && count < MOST_PROCESSES; i++) {
        pid_t outside = jg_fdinfo_translate(jg_linux.outer_proc, pids->at[i]);
        if (outside <= 0)
            continue; /* it has ended */
        snprintf(call->process[count], sizeof call->process[count], "%d", (int)outside);
        add(call, call->process[count++]);
    }
    snprintf(call->number, sizeof call->number, "%d", count);
    call->words[place] = call->number;
}

/* StartTransientUnit(name, mode, properties, aux): org.freedesktop.systemd1(5) */
static void compose(struct call *call, const struct jg_pids *pids)
{
    static const char *const before[] = {"--quiet",
                                         "--timeout=5",
                                         "call",
                                         "org.freedesktop.systemd1",
                                         "/org/freedesktop/systemd1",
                                         "org.freedesktop.systemd1.Manager",
                                         "StartTransientUnit",
                                         "ssa(sv)a(sa(sv))"};
    static const char *const after[] = {"Delegate", "b", "true", "Description", "s", "jghost", "0"};
    add(call, "busctl");
    add(call, geteuid() == 0 ? "--system" : "--user");
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        add(call, before[i]);
    add(call, call->unit);
    add(call, "fail");
    add(call, "3"); /* properties */
    add(call, "PIDs");
    add(call, "au");
    add_processes(call, pids);
    for (size_t i = 0; i < sizeof after / sizeof after[0]; i++)
        add(call, after[i]);
    add(call, NULL);
}

static bool run(char *const *words)
{
    posix_spawn_file_actions_t files;
    pid_t pid;
    int status = -1;
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    int error = posix_spawnp(&pid, words[0], &files, NULL, words, environ);
    posix_spawn_file_actions_destroy(&files);
    while (error == 0 && waitpid(pid, &status, 0) == -1 && errno == EINTR) {
    }
    return error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool is_in(const char *unit, pid_t pid, char path[PATH_MAX])
{
    const char *name = jg_cgroup_of(pid, path) ? strrchr(path, '/') : NULL;
    return name != NULL && strcmp(name + 1, unit) == 0;
}

/* Have all been moved that are still there? They are one after the other, and nobody must be moved on before. */
static bool arrived(const char *unit, const struct jg_pids *pids, char path[PATH_MAX])
{
    bool all = true;
    for (size_t i = 0; all && i < pids->count; i++)
        all = is_in(unit, pids->at[i], path) || kill(pids->at[i], 0) == -1;
    return all && is_in(unit, getpid(), path);
}

/* It isn't if jghost runs in a pid namespace, another jghost's for instance: then the numbers that we know of ourselves
** from outside aren't those that systemd knows. */
bool jg_cgroup_has_manager(void)
{
    char name[32] = "";
    int fd = openat(jg_linux.outer_proc, "1/comm", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, name, sizeof name - 1) : -1;
    if (fd >= 0)
        close(fd);
    return length > 0 && strcmp(name, "systemd\n") == 0;
}

bool jg_cgroup_scope(const struct jg_pids *pids, char path[PATH_MAX])
{
    struct call call = {.count = 0};
    snprintf(call.unit, sizeof call.unit, "jghost-%d-%d.scope", (int)jg_linux.guard_host_pid, (int)getpid());
    compose(&call, pids);
    bool ok = run(call.words);
    for (int i = 0; ok && i < PATIENCE_MS && !arrived(call.unit, pids, path); i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return ok && arrived(call.unit, pids, path);
}

/* As sd_booted(3) has it. */
bool jg_cgroup_is_systemds(void)
{
    return access("/run/systemd/system", F_OK) == 0;
}
