/*
** orphans.c: what those had read and written who were orphaned in a job and ended there.
*/
#define _GNU_SOURCE
#include "orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../linux.h"
#include "../reaper/reaper.h"
#include "procstat.h"

enum { BLOCK = 512 /* bytes, of getrusage */, PATIENCE_MS = 2000 };

unsigned jg_orphans_take(void)
{
    struct jg_shared *shared = jg_linux.shared;
    for (unsigned i = 0; i < JG_ORPHAN_NUMBERS; i++) {
        unsigned number = ++shared->last_cgroup % JG_ORPHAN_NUMBERS; /* the one that was given back longest ago */
        if (shared->orphans[number].taken)
            continue;
        shared->orphans[number].taken = true;
        return number;
    }
    return JG_ORPHAN_NUMBERS + ++shared->last_cgroup;
}

void jg_orphans_give(unsigned number)
{
    if (number < JG_ORPHAN_NUMBERS)
        jg_linux.shared->orphans[number].taken = false;
}

struct jg_orphans_io jg_orphans_io(unsigned number)
{
    const struct jg_orphans *of = &jg_linux.shared->orphans[number % JG_ORPHAN_NUMBERS];
    if (number >= JG_ORPHAN_NUMBERS)
        return (struct jg_orphans_io){0, 0};
    return (struct jg_orphans_io){of->read_bytes, of->written_bytes};
}

void jg_orphans_await(void)
{
    struct jg_reaper_message message = {.word = JG_REAPER_REAP};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return;
    int error =
        jg_wire_send(jg_linux.init_socket, &message, NULL, &(struct jg_reaper_fds){.at = {ends[1]}, .count = 1});
    close(ends[1]);
    if (error == 0)
        poll(&(struct pollfd){.fd = ends[0]}, 1, PATIENCE_MS);
    close(ends[0]);
}

/* Behind this run's directory: "/job-7/job-12/home". NULL: it was in none of our cgroups. */
static const char *jobs_of(const char *text)
{
    for (int i = 0; i < JG_CGROUPS; i++) {
        const char *run = strrchr(jg_linux.shared->cgroup[i], '/');
        const char *found = run != NULL ? strstr(text, run) : NULL;
        if (found != NULL && found[strlen(run)] == '/')
            return found + strlen(run);
    }
    return NULL;
}

static void add(unsigned long number, const struct rusage *usage)
{
    if (number >= JG_ORPHAN_NUMBERS)
        return;
    jg_linux.shared->orphans[number].read_bytes += (int64_t)usage->ru_inblock * BLOCK;
    jg_linux.shared->orphans[number].written_bytes += (int64_t)usage->ru_oublock * BLOCK;
}

/* Until it is reaped the kernel tells in which cgroup it was. */
void jg_orphans_add(pid_t pid, const struct rusage *usage)
{
    char path[32], text[PATH_MAX + 256], *end;
    if (usage->ru_inblock == 0 && usage->ru_oublock == 0)
        return;
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (jg_procstat_file(path, text, sizeof text) <= 0)
        return;
    for (const char *at = jobs_of(text); at != NULL && strncmp(at, "/job-", 5) == 0; at = end)
        add(strtoul(at + 5, &end, 10), usage);
}
