/*
** detachedself.c: which process a line of the log is about, and what has become of it.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../linux.h"
#include "../procfs/procstat.h"
#include "detachedlog.h"

enum { PASSWD_SIZE = 4096 };

/* Numbers mean something in one pid namespace, between two starts of one machine; a home folder may have more. */
static void set_world(struct jg_detached *entry)
{
    char boot[64] = "", text[JG_DETACHED_WORLD];
    struct utsname machine = {.nodename = ""};
    struct stat namespace = {0};
    jg_procstat_file("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    boot[strcspn(boot, "\n")] = '\0';
    stat("/proc/self/ns/pid", &namespace);
    uname(&machine);
    snprintf(text, sizeof text, "%s/%s/%llu", machine.nodename, boot, (unsigned long long)namespace.st_ino);
    jg_detached_set(entry->world, sizeof entry->world, text);
}

/* From the boot on: a machine can change its name. */
static const char *after_host(const char *world)
{
    return world + strcspn(world, "/");
}

/* On a machine of this name before it was started anew, and so not there any more. */
static bool is_of_earlier_boot(const char *world, const char *ours)
{
    const char *boot = after_host(ours);
    size_t host = (size_t)(boot - ours) + 1, length = strcspn(++boot, "/") + 1;
    return length > 1 && strncmp(world, ours, host) == 0 && world[host] != '/' &&
           strncmp(world + host, boot, length) != 0;
}

static uint64_t start_of(const struct jg_procstat *stat)
{
    return (uint64_t)llround(stat->started * (double)sysconf(_SC_CLK_TCK));
}

/* A zombie whose threads go on has lost its first one only. */
static bool has_ended(const struct jg_procstat *stat)
{
    return strchr("ZX", stat->state) != NULL && stat->threads <= 1;
}

enum jg_detached_fate jg_detached_fate(const struct jg_detached *entry)
{
    struct jg_detached here;
    struct jg_procstat stat;
    set_world(&here);
    if (strcmp(after_host(entry->world), after_host(here.world)) != 0)
        return is_of_earlier_boot(entry->world, here.world) ? JG_DETACHED_ENDED : JG_DETACHED_ELSEWHERE;
    if (jg_procstat_read((pid_t)entry->pid, &stat))
        return start_of(&stat) == entry->start && !has_ended(&stat) ? JG_DETACHED_LIVES : JG_DETACHED_ENDED;
    bool hidden = kill((pid_t)entry->pid, 0) == 0 || errno == EPERM; /* a /proc may show one's own only */
    return hidden ? JG_DETACHED_ELSEWHERE : JG_DETACHED_ENDED;
}

static void set_user(struct jg_detached *entry)
{
    char text[PASSWD_SIZE], number[16];
    struct passwd user, *result = NULL;
    snprintf(number, sizeof number, "%u", (unsigned)geteuid());
    bool has_name = getpwuid_r(geteuid(), &user, text, sizeof text, &result) == 0 && result != NULL;
    jg_detached_set(entry->user, sizeof entry->user, has_name ? user.pw_name : number);
}

bool jg_detached_describe_self(struct jg_detached *entry, char *const *argv)
{
    struct jg_procstat stat;
    if (!jg_procstat_read(getpid(), &stat))
        return false;
    *entry = (struct jg_detached){
        .pid = getpid(), .start = start_of(&stat), .when = time(NULL), .run = jg_linux.guard_host_pid};
    set_world(entry);
    set_user(entry);
    jg_detached_join(entry->command, sizeof entry->command, argv);
    return true;
}
