/*
** cgroupwhy.c: why jobs can't have a controller here, and what would help.
**
** It is looked for when a limit has been refused, from the outside to the inside: what the machine doesn't have at all,
** then what this user may not do, then what jghost's own cgroup lacks, and only then who else is in it. What would help
** is said only if it would help this user, here.
*/
#define _GNU_SOURCE
#include "cgroupwhy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../linux.h"
#include "../native.h"
#include "cgroupfile.h"
#include "cgroupscope.h"
#include "cgroupself.h"

/* The first %s is the controller. */
#define REASONS(X) \
    X(NO_TREE, "The cgroup controller '%s' is needed, and no cgroup 2 tree is to be seen here") \
    X(CGROUP_1, "The cgroup controller '%s' is cgroup 1's on this machine, so cgroup 2 can't have it") \
    X(DISABLED, "The cgroup controller '%s' is disabled on this machine") \
    X(ABSENT, "This machine's kernel has no cgroup controller '%s' for cgroup 2") \
    X(READ_ONLY, "The cgroup controller '%s' is needed, and the cgroup 2 tree can only be read") \
    X(DENIED, "The cgroup controller '%s' is needed, and this user may not write to jghost's own cgroup") \
    X(FILTERED, "The cgroup controller '%s' is needed, and a filter of system calls refuses clone3, without which " \
                "no process is born in a cgroup") \
    X(UNBORN, "The cgroup controller '%s' is needed, and no process can be born in a cgroup inside jghost's own") \
    X(KEPT, "jghost's own cgroup has no controller '%s', since the one around it doesn't hand it down") \
    X(DETACHER, "The process that detaches is in jghost's own cgroup, so that can't hand its controller '%s' down") \
    X(OCCUPIED, "Other processes are in jghost's own cgroup, so that can't hand its controller '%s' down")

#define HELPS(X) \
    X(NONE, NULL) \
    X(MOUNT, "have one mounted, at /sys/fs/cgroup for instance") \
    X(NO_CGROUP_1, "boot it with the kernel's parameter cgroup_no_v1=%s") \
    X(UNIFIED, "boot it with the kernel's parameter systemd.unified_cgroup_hierarchy=1") \
    X(ENABLE, "boot it without the kernel's parameter cgroup_disable=%s, or with cgroup_enable=%s") \
    X(WRITABLE, "have it mounted to be written to") \
    X(ALLOW, "have that allowed, for instance by Docker's --security-opt seccomp=unconfined") \
    X(KERNEL, "Linux 5.7 and later can do that") \
    X(ROOT, "start jghost as root, or in a cgroup of its own that has it and is this user's") \
    X(OWN, "start jghost in a cgroup of its own that has it and is this user's") \
    X(SYSTEM_SCOPE, "start jghost in one of its own, by `systemd-run --scope -p Delegate=yes jghost ...`") \
    X(USER_SCOPE, "start jghost in one of its own, by `systemd-run --user --scope -p Delegate=yes jghost ...`") \
    X(DELEGATE, "have the administrator add it to Delegate= of user@.service") \
    X(OUTER_JOB, "have the other jghost run it alone in a job with such a limit") \
    X(NO_DETACH, "start jghost without --allow-detach")

enum reason {
#define REASON_ENUM(reason, text) REASON_##reason,
    REASONS(REASON_ENUM)
#undef REASON_ENUM
};

enum help {
#define HELP_ENUM(help, text) HELP_##help,
    HELPS(HELP_ENUM)
#undef HELP_ENUM
};

static const char *const reasons[] = {
#define REASON_TEXT(reason, text) text,
    REASONS(REASON_TEXT)
#undef REASON_TEXT
};

static const char *const helps[] = {
#define HELP_TEXT(help, text) text,
    HELPS(HELP_TEXT)
#undef HELP_TEXT
};

enum { REASON_COUNT = sizeof reasons / sizeof reasons[0], HELP_COUNT = sizeof helps / sizeof helps[0] };

struct why {
    enum reason reason;
    enum help help;
};

static int code_of(struct why why, enum jg_controller controller)
{
    return JG_NATIVE_WHY + ((int)controller * REASON_COUNT + (int)why.reason) * HELP_COUNT + (int)why.help;
}

bool jg_cgroup_why_text(int native, char *text, size_t size)
{
    int code = native - JG_NATIVE_WHY;
    if (code < 0 || code >= JG_CONTROLLERS * REASON_COUNT * HELP_COUNT)
        return false;
    const char *help = helps[code % HELP_COUNT];
    const char *reason = reasons[code / HELP_COUNT % REASON_COUNT];
    const char *controller = jg_controller_name((enum jg_controller)(code / HELP_COUNT / REASON_COUNT));
    size_t length = (size_t)snprintf(text, size, reason, controller);
    if (help == NULL || length + 2 >= size)
        return true;
    strcpy(text + length, ": ");
    snprintf(text + length + 2, size - length - 2, help, controller, controller);
    return true;
}

/* ---- the machine ---- */

/* /proc/cgroups: of which cgroup 1 hierarchy it is, 0 if of none, and whether it is enabled. False: it isn't listed, as
** those that cgroup 1 doesn't know aren't. */
static bool read_listed(const char *controller, int *hierarchy, int *enabled)
{
    char line[128], name[64];
    bool found = false;
    FILE *file = fopen("/proc/cgroups", "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = sscanf(line, "%63s %d %*d %d", name, hierarchy, enabled) == 3 && strcmp(name, controller) == 0;
    if (file != NULL)
        fclose(file);
    return found;
}

static bool has(const char *path, const char *controller)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool found = dir >= 0 && jg_cgroupfile_has(dir, "cgroup.controllers", controller);
    if (dir >= 0)
        close(dir);
    return found;
}

static bool is_the_machines(const char *controller, struct why *why)
{
    char top[PATH_MAX];
    int hierarchy = 0, enabled = 1;
    bool listed = read_listed(controller, &hierarchy, &enabled);
    if (listed && !enabled)
        *why = (struct why){REASON_DISABLED, HELP_ENABLE};
    else if (listed && hierarchy != 0)
        *why = (struct why){REASON_CGROUP_1, jg_cgroup_is_systemds() ? HELP_UNIFIED : HELP_NO_CGROUP_1};
    else if (jg_cgroup_top(top) && !has(top, controller))
        *why = (struct why){REASON_ABSENT, HELP_NONE};
    else
        return false;
    return true;
}

/* ---- this user, and jghost's own cgroup ---- */

static bool has_users_manager(void)
{
    char path[64];
    snprintf(path, sizeof path, "/run/user/%u/systemd/private", (unsigned)geteuid());
    return access(path, F_OK) == 0;
}

/* Where would this user have jghost start, to be alone in a cgroup that has the controller? */
static enum help another_cgroup(const char *own)
{
    char top[PATH_MAX];
    bool root = geteuid() == 0, manager = jg_cgroup_is_systemds() && jg_cgroup_has_manager();
    if (strstr(own, "/jghost-") != NULL && strstr(own, "/job-") != NULL)
        return HELP_OUTER_JOB;
    if (!root && strstr(own, ".scope/harness") != NULL) /* systemd gave us one, but without it */
        return HELP_DELEGATE;
    if (manager && root)
        return HELP_SYSTEM_SCOPE;
    if (manager && has_users_manager())
        return HELP_USER_SCOPE;
    return !root && (manager || jg_cgroup_top(top)) ? HELP_ROOT : HELP_OWN;
}

/* 0, or the errno. Those whose names are in a list of the kernel's may be given to a user (cgroups(7), "delegation").
 */
static int may_write(const char *own)
{
    static const char *const files[] = {".", "cgroup.procs", "cgroup.subtree_control"};
    int error = 0, dir = open(own, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return errno;
    for (size_t i = 0; error == 0 && i < sizeof files / sizeof files[0]; i++)
        if (faccessat(dir, files[i], W_OK, AT_EACCESS) < 0)
            error = errno;
    close(dir);
    return error;
}

/* An argument that the call itself refuses shows whether a filter refuses the call. */
static bool clone3_is_filtered(void)
{
    return syscall(SYS_clone3, NULL, 0) < 0 && errno != EINVAL;
}

static struct why look(const struct jg_os_loop *loop, const char *controller)
{
    struct why why;
    char own[PATH_MAX];
    if (is_the_machines(controller, &why))
        return why;
    if (!jg_cgroup_of(getpid(), own))
        return (struct why){REASON_NO_TREE, HELP_MOUNT};
    int error = may_write(own);
    if (error == EROFS)
        return (struct why){REASON_READ_ONLY, HELP_WRITABLE};
    if (error != 0)
        return (struct why){REASON_DENIED, another_cgroup(own)};
    if (loop->cgroups == NULL && clone3_is_filtered())
        return (struct why){REASON_FILTERED, HELP_ALLOW};
    if (loop->cgroups == NULL)
        return (struct why){REASON_UNBORN, HELP_KERNEL};
    if (!has(own, controller))
        return (struct why){REASON_KEPT, another_cgroup(own)};
    if (jg_linux.detach_socket >= 0)
        return (struct why){REASON_DETACHER, HELP_NO_DETACH};
    return (struct why){REASON_OCCUPIED, another_cgroup(own)};
}

bool jg_cgroup_why(const struct jg_os_loop *loop, enum jg_controller controller, struct jg_err *err)
{
    return jg_err_set(err, code_of(look(loop, jg_controller_name(controller)), controller), "cannot limit");
}
