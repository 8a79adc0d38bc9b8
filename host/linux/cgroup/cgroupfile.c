/*
** cgroupfile.c: what the files of a cgroup say, and what is said to them.
*/
#define _GNU_SOURCE
#include "cgroupfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../native.h"
#include "cgroup.h"

enum { FREEZE_TRIES = 2000 }; /* milliseconds */

static void pause_ms(long milliseconds)
{
    struct timespec time = {.tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
}

static ssize_t read_file(int dir, const char *file, char *text, size_t size)
{
    int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length;
}

/* Where the spare descriptor of a run's cgroups is. */
static int *spare_of(struct jg_cgroup *cgroup)
{
    while (cgroup->parent != NULL)
        cgroup = cgroup->parent;
    return &cgroup->spare;
}

/* When all descriptors are in use by processes, ending those must not need another. */
bool jg_cgroupfile_write(struct jg_cgroup *cgroup, const char *file, const char *text)
{
    int *spare = spare_of(cgroup);
    int fd = openat(cgroup->dir, file, O_WRONLY | O_CLOEXEC);
    if (fd < 0 && errno == EMFILE && *spare >= 0) {
        close(*spare);
        *spare = -1;
        fd = openat(cgroup->dir, file, O_WRONLY | O_CLOEXEC);
    }
    bool ok = fd >= 0 && write(fd, text, strlen(text)) >= 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (*spare < 0)
        *spare = fcntl(cgroup->dir, F_DUPFD_CLOEXEC, 0);
    errno = error;
    return ok;
}

static int64_t number_after(const char *text, const char *key)
{
    size_t length = strlen(key);
    while (text != NULL) {
        if (strncmp(text, key, length) == 0 && (length == 0 || text[length] == ' '))
            return strtoll(text + length, NULL, 10);
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return -1;
}

int64_t jg_cgroupfile_number(int dir, const char *file, const char *key)
{
    char text[4096];
    return read_file(dir, file, text, sizeof text) > 0 ? number_after(text, key) : -1;
}

bool jg_cgroupfile_has(int dir, const char *file, const char *word)
{
    static const char blanks[] = " \n";
    char text[512], *rest = text, *found;
    read_file(dir, file, text, sizeof text);
    while ((found = strsep(&rest, blanks)) != NULL)
        if (strcmp(found, word) == 0)
            return true;
    return false;
}

/* The number of its directory's links doesn't tell: it stays. And cgroup.events mustn't be read for it: whoever reads
** that takes the event for which the loop waits. */
bool jg_cgroup_gone(const struct jg_cgroup *cgroup)
{
    return faccessat(cgroup->dir, "cgroup.events", F_OK, 0) < 0 && errno == ENOENT;
}

bool jg_cgroup_populated(const struct jg_cgroup *cgroup)
{
    char text[256];
    ssize_t length = pread(cgroup->events, text, sizeof text - 1, 0);
    if (length < 0 && errno == ENODEV)
        return false; /* it is gone: only empty ones can be removed */
    text[length > 0 ? length : 0] = '\0';
    return number_after(text, "populated") != 0;
}

/* As it is, or 0 if somebody has removed the cgroup meanwhile: in such a one there is nobody. */
static int unless_removed(int error)
{
    return error == ENODEV || error == ENOENT ? 0 : error;
}

int jg_cgroupfile_inside(int dir, void (*visit)(int dir, const char *name, void *argument), void *argument)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (list == NULL) {
        int error = errno;
        if (copy >= 0)
            close(copy);
        return unless_removed(error);
    }
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            visit(dir, entry->d_name, argument);
    closedir(list);
    return 0;
}

struct collect {
    struct jg_pids *pids;
    bool all;
    int error; /* the first, or 0 */
};

/* 0, or an errno. For those whom we can't see, the kernel writes 0. */
static int read_pids(int dir, struct jg_pids *pids, int *unseen)
{
    int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    int error = 0;
    long pid;
    if (file == NULL) {
        error = errno;
        if (fd >= 0)
            close(fd);
        return unless_removed(error);
    }
    while (fscanf(file, "%ld", &pid) == 1) {
        if (pid <= 0)
            ++*unseen;
        else if (!jg_pids_add(pids, (pid_t)pid))
            error = ENOMEM;
    }
    fclose(file);
    return error;
}

bool jg_cgroupfile_pids(int dir, struct jg_pids *pids)
{
    int unseen = 0;
    return read_pids(dir, pids, &unseen) == 0;
}

int jg_cgroupfile_unseen(int dir)
{
    struct jg_pids ignored = {0};
    int unseen = 0;
    read_pids(dir, &ignored, &unseen);
    jg_pids_free(&ignored);
    return unseen;
}

/* One at a time: cgroups(7). */
void jg_cgroupfile_move(const struct jg_pids *pids, int dir)
{
    int fd = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < pids->count; i++)
        dprintf(fd, "%d\n", (int)pids->at[i]);
    if (fd >= 0)
        close(fd);
}

static void collect_inside(int dir, const char *name, void *argument);

static int collect(int dir, struct jg_pids *pids, bool all)
{
    struct collect inner = {.pids = pids, .all = all};
    int unseen = 0;
    int error = read_pids(dir, pids, &unseen);
    if (error == 0)
        error = jg_cgroupfile_inside(dir, collect_inside, &inner);
    return error != 0 ? error : inner.error;
}

static void collect_inside(int dir, const char *name, void *argument)
{
    struct collect *to = argument;
    if (!to->all && strncmp(name, "job-", 4) == 0)
        return;
    int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = inner < 0 ? unless_removed(errno) : collect(inner, to->pids, true);
    if (inner >= 0)
        close(inner);
    if (to->error == 0)
        to->error = error;
}

bool jg_cgroup_pids(const struct jg_cgroup *cgroup, bool all, struct jg_pids *pids)
{
    errno = collect(cgroup->dir, pids, all);
    return errno == 0;
}

static bool tell_freezer(struct jg_cgroup *cgroup, bool frozen, struct jg_err *err)
{
    if (!jg_cgroupfile_write(cgroup, "cgroup.freeze", frozen ? "1" : "0"))
        return jg_err_set(err, jg_cgroup_error(errno), frozen ? "cannot freeze the job" : "cannot thaw the job");
    cgroup->frozen = frozen;
    return true;
}

/* It isn't instantaneous. */
static bool await_freezer(const struct jg_cgroup *cgroup)
{
    for (int i = 0; i < FREEZE_TRIES; i++) {
        if (jg_cgroupfile_number(cgroup->dir, "cgroup.events", "frozen") != 0)
            return true;
        pause_ms(1);
    }
    return false;
}

bool jg_cgroup_freeze(struct jg_cgroup *cgroup, bool frozen, struct jg_err *err)
{
    if (!tell_freezer(cgroup, frozen, err))
        return false;
    return !frozen || await_freezer(cgroup) || jg_err_set(err, JG_NATIVE_UNCONFIRMED, "cannot freeze the job");
}

/* Linux 5.13 and older: nobody can fork who is frozen, and who is frozen can be killed. */
static bool kill_frozen(struct jg_cgroup *cgroup, struct jg_err *err)
{
    struct jg_pids pids = {0};
    bool frozen = cgroup->frozen;
    if (!tell_freezer(cgroup, true, err))
        return false;
    await_freezer(cgroup); /* who takes longer is killed all the same */
    bool ok = jg_cgroup_pids(cgroup, true, &pids) || jg_err_set(err, errno, "cannot end the job");
    for (size_t i = 0; i < pids.count; i++)
        kill(pids.at[i], SIGKILL);
    jg_pids_free(&pids);
    return (frozen || jg_cgroup_freeze(cgroup, false, err)) && ok;
}

bool jg_cgroup_kill(struct jg_cgroup *cgroup, struct jg_err *err)
{
    cgroup->killed = true;
    if (jg_cgroupfile_write(cgroup, "cgroup.kill", "1"))
        return true;
    int error = errno;
    if (error == ENOENT && !jg_cgroup_gone(cgroup))
        return kill_frozen(cgroup, err);
    return jg_err_set(err, jg_cgroup_error(error), "cannot end the job");
}
