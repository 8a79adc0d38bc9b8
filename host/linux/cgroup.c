/*
** cgroup.c: one cgroup directory, which holds one job.
**
** Making and removing one costs as much as a spawn, so those that have become empty are kept inside
** their parent and used again.
*/
#define _GNU_SOURCE
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { POOL_SIZE = 64, BUSY_TRIES = 50, FREEZE_TRIES = 100 };

static void pause_ms(long milliseconds)
{
    struct timespec time = {.tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
}

static void name_of(char name[32], unsigned number)
{
    snprintf(name, 32, "job-%u", number);
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

static bool write_file(int dir, const char *file, const char *text)
{
    int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, strlen(text)) >= 0;
    int error = errno;
    close(fd);
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

int64_t jg_cgroup_number(const struct jg_cgroup *cgroup, const char *file, const char *key)
{
    char text[4096];
    return read_file(cgroup->dir, file, text, sizeof text) > 0 ? number_after(text, key) : -1;
}

bool jg_cgroup_populated(const struct jg_cgroup *cgroup)
{
    char text[256];
    ssize_t length = pread(cgroup->events, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return number_after(text, "populated") != 0;
}

static void visit_inside(int dir, void (*visit)(int dir, const char *name, void *argument), void *argument)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = copy >= 0 ? fdopendir(copy) : NULL;
    if (list == NULL) {
        if (copy >= 0)
            close(copy);
        return;
    }
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            visit(dir, entry->d_name, argument);
    closedir(list);
}

static void remove_inside(int dir, const char *name, void *argument)
{
    (void)argument;
    jg_cgroup_remove_at(dir, name);
}

bool jg_cgroup_remove_at(int parent, const char *name)
{
    for (int i = 0; i < BUSY_TRIES; i++) {
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            break;
        int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (dir >= 0) {
            char text[256];
            bool empty = read_file(dir, "cgroup.events", text, sizeof text) > 0 && number_after(text, "populated") == 0;
            if (empty)
                visit_inside(dir, remove_inside, NULL);
            close(dir);
        }
        if (i > 0)
            pause_ms(1);
    }
    return false;
}

static struct jg_cgroup *make(struct jg_cgroup *parent, struct jg_err *err)
{
    char name[32];
    struct jg_cgroup *cgroup = calloc(1, sizeof *cgroup);
    if (cgroup == NULL) {
        jg_err_set(err, ENOMEM, "cannot make a cgroup");
        return NULL;
    }
    cgroup->parent = parent;
    cgroup->number = ++parent->last;
    cgroup->dir = cgroup->events = -1;
    name_of(name, cgroup->number);
    if (mkdirat(parent->dir, name, 0755) < 0) {
        jg_err_set(err, errno, "cannot make a cgroup");
        free(cgroup);
        return NULL;
    }
    cgroup->dir = openat(parent->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup->dir >= 0)
        cgroup->events = openat(cgroup->dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
    if (cgroup->events < 0) {
        jg_err_set(err, errno, "cannot open a cgroup");
        jg_cgroup_free(cgroup);
        unlinkat(parent->dir, name, AT_REMOVEDIR);
        return NULL;
    }
    return cgroup;
}

struct jg_cgroup *jg_cgroup_take(struct jg_cgroup *parent, struct jg_err *err)
{
    struct jg_cgroup *cgroup = parent->pool;
    if (cgroup == NULL)
        return make(parent, err);
    parent->pool = cgroup->next;
    parent->pooled--;
    cgroup->next = NULL;
    cgroup->base_user = (double)jg_cgroup_number(cgroup, "cpu.stat", "user_usec") / 1e6;
    cgroup->base_system = (double)jg_cgroup_number(cgroup, "cpu.stat", "system_usec") / 1e6;
    return cgroup;
}

void jg_cgroup_clear(struct jg_cgroup *cgroup)
{
    while (cgroup->pool != NULL) {
        struct jg_cgroup *inner = cgroup->pool;
        char name[32];
        cgroup->pool = inner->next;
        name_of(name, inner->number);
        jg_cgroup_free(inner);
        jg_cgroup_remove_at(cgroup->dir, name);
    }
}

void jg_cgroup_free(struct jg_cgroup *cgroup)
{
    jg_cgroup_clear(cgroup);
    if (cgroup->events >= 0)
        close(cgroup->events);
    if (cgroup->dir >= 0)
        close(cgroup->dir);
    free(cgroup);
}

/* Nobody but us has made cgroups inside it, and nothing in it would tell a later job of an earlier one. */
static bool reusable(struct jg_cgroup *cgroup)
{
    struct stat status;
    struct jg_err ignored;
    if (fstat(cgroup->dir, &status) < 0 || (int)status.st_nlink - 2 != cgroup->pooled)
        return false;
    if (faccessat(cgroup->dir, "memory.peak", F_OK, 0) == 0)
        return false;
    return (!cgroup->frozen || jg_cgroup_freeze(cgroup, false, &ignored)) && !jg_cgroup_populated(cgroup);
}

void jg_cgroup_give(struct jg_cgroup *cgroup)
{
    struct jg_cgroup *parent = cgroup->parent;
    if (parent->pooled < POOL_SIZE && reusable(cgroup)) {
        cgroup->next = parent->pool;
        parent->pool = cgroup;
        parent->pooled++;
        return;
    }
    char name[32];
    name_of(name, cgroup->number);
    jg_cgroup_free(cgroup);
    jg_cgroup_remove_at(parent->dir, name);
}

struct collect {
    struct jg_pids *pids;
    bool all, ok;
};

static void collect_inside(int dir, const char *name, void *argument);

static void collect(int dir, struct collect *to, bool all)
{
    int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    long pid;
    if (file == NULL) {
        to->ok = to->ok && fd < 0 && errno == ENODEV; /* removed meanwhile */
        if (fd >= 0)
            close(fd);
        return;
    }
    while (fscanf(file, "%ld", &pid) == 1)
        if (pid > 0) /* 0: not in our namespace */
            to->ok = jg_pids_add(to->pids, (pid_t)pid) && to->ok;
    fclose(file);
    struct collect inner = {.pids = to->pids, .all = all, .ok = true};
    visit_inside(dir, collect_inside, &inner);
    to->ok = to->ok && inner.ok;
}

static void collect_inside(int dir, const char *name, void *argument)
{
    struct collect *to = argument;
    if (!to->all && strncmp(name, "job-", 4) == 0)
        return;
    int inner = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (inner < 0)
        return;
    collect(inner, to, true);
    close(inner);
}

bool jg_cgroup_pids(const struct jg_cgroup *cgroup, bool all, struct jg_pids *pids)
{
    struct collect to = {.pids = pids, .all = all, .ok = true};
    collect(cgroup->dir, &to, all);
    return to.ok;
}

bool jg_cgroup_freeze(struct jg_cgroup *cgroup, bool frozen, struct jg_err *err)
{
    if (!write_file(cgroup->dir, "cgroup.freeze", frozen ? "1" : "0"))
        return jg_err_set(err, errno, frozen ? "cannot freeze the job" : "cannot thaw the job");
    cgroup->frozen = frozen;
    for (int i = 0; frozen && i < FREEZE_TRIES; i++) { /* it isn't instantaneous */
        if (jg_cgroup_number(cgroup, "cgroup.events", "frozen") != 0)
            break;
        pause_ms(1);
    }
    return true;
}

/* Linux 5.13 and older: nobody can fork who is frozen, and who is frozen can be killed. */
static bool kill_frozen(struct jg_cgroup *cgroup, struct jg_err *err)
{
    struct jg_pids pids = {0};
    bool frozen = cgroup->frozen;
    if (!jg_cgroup_freeze(cgroup, true, err))
        return false;
    bool ok = jg_cgroup_pids(cgroup, true, &pids);
    for (size_t i = 0; i < pids.count; i++)
        kill(pids.at[i], SIGKILL);
    jg_pids_free(&pids);
    if (!frozen)
        ok = jg_cgroup_freeze(cgroup, false, err) && ok;
    return ok || jg_err_set(err, ENOMEM, "cannot end the job");
}

bool jg_cgroup_kill(struct jg_cgroup *cgroup, struct jg_err *err)
{
    if (write_file(cgroup->dir, "cgroup.kill", "1"))
        return true;
    int error = errno;
    if (error == ENOENT)
        return kill_frozen(cgroup, err);
    return jg_err_set(err, error, "cannot end the job");
}
