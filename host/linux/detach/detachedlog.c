/*
** detachedlog.c: the file that says who was detached.
**
** Runs append to it, and whoever lists it forgets those that have ended; so each of them holds a lock. A new file
** takes the old one's place in one step, since anybody may be killed at any time: whoever has got the lock looks
** whether it is still the file of that name.
*/
#define _GNU_SOURCE
#include "detachedlog.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../linux.h"

enum { LOCK_TRIES = 500, LOCK_PAUSE_NS = 10000000, LARGE = 65536, SUFFIX_SIZE = 8 };

static const char cannot_read[] = "cannot read the log of detached processes";

const char *jg_os_detached_log(void)
{
    static char path[PATH_MAX - SUFFIX_SIZE];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = 0;
    if (state != NULL && state[0] == '/') /* the specification has relative ones ignored */
        length = snprintf(path, sizeof path, "%s/jghost/detached", state);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, sizeof path, "%s/.local/state/jghost/detached", home);
    return length > 0 && length < (int)sizeof path ? path : NULL;
}

const char *jg_detachedlog_what(void)
{
    if (jg_os_detached_log() != NULL)
        return JG_DETACHED_CANNOT_LOG;
    return JG_DETACHED_CANNOT_LOG " (neither XDG_STATE_HOME nor HOME is the full path of a folder)";
}

/* ---- the file ---- */

static bool lock(int fd)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
    }
    errno = EBUSY; /* somebody has been stopped with it in his hand */
    return false;
}

/* Locks it. 0: another has taken its place meanwhile; -1 with errno. */
static int lock_current(int fd, const char *path)
{
    struct stat opened, named;
    if (!lock(fd) || fstat(fd, &opened) < 0)
        return -1;
    if (!S_ISREG(opened.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return stat(path, &named) == 0 && named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

/* -1 with errno. */
static int open_locked(const char *path, int flags)
{
    for (;;) {
        int fd = open(path, O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC | flags, 0600);
        int is_current = fd < 0 ? -1 : lock_current(fd, path);
        if (fd < 0 || is_current > 0)
            return fd;
        int error = errno;
        close(fd);
        errno = error;
        if (is_current < 0)
            return -1;
    }
}

/* With errno. */
static char *read_all(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return NULL;
    char *text = malloc((size_t)status.st_size + 1);
    ssize_t length = text != NULL ? pread(fd, text, (size_t)status.st_size, 0) : -1;
    if (length < 0) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    jg_detached_show_zeros(text, (size_t)length);
    return text;
}

static bool write_all(int fd, const char *text, size_t size)
{
    ssize_t written = write(fd, text, size);
    if (written >= 0 && (size_t)written < size)
        errno = ENOSPC;
    return written == (ssize_t)size;
}

/* With the lock held. */
static bool replace(const char *path, const char *text)
{
    char new[PATH_MAX];
    snprintf(new, sizeof new, "%s.new", path);
    int fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, text, strlen(text));
    if (fd >= 0)
        close(fd);
    ok = ok && rename(new, path) == 0;
    if (!ok)
        unlink(new);
    return ok;
}

/* ---- writing ---- */

void jg_detachedlog_undo(const struct jg_detachedlog *log)
{
    if (log->fd >= 0 && ftruncate(log->fd, log->size) < 0)
        return; /* who reads it will find that there is no such process */
}

/* Those who never list it mustn't have it grow for ever. Not knowing better, it is left as it is. */
static bool append_to_large(const char *path, int fd, const char *line)
{
    char *text = read_all(fd);
    char *grown = text != NULL && jg_detached_forget(text) == 0 ? realloc(text, strlen(text) + strlen(line) + 1) : NULL;
    bool ok = grown != NULL && replace(path, strcat(grown, line));
    free(grown != NULL ? grown : text);
    return ok;
}

/* Half a line would be damage. */
static bool append(struct jg_detachedlog *log, const char *path, const char *line, size_t length)
{
    log->size = lseek(log->fd, 0, SEEK_END);
    if (log->size < 0)
        return false;
    if (log->size > LARGE && append_to_large(path, log->fd, line)) {
        close(log->fd); /* it has been replaced */
        log->fd = -1;
        return true;
    }
    if (write_all(log->fd, line, length))
        return true;
    int error = errno;
    jg_detachedlog_undo(log);
    errno = error;
    return false;
}

static void make_folders(const char *path)
{
    char folder[PATH_MAX];
    for (const char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
        snprintf(folder, sizeof folder, "%.*s", (int)(at - path), path);
        mkdir(folder, 0700); /* that it can't be made shows when the file can't */
    }
}

bool jg_detachedlog_enter(struct jg_detachedlog *log, char *const *argv, struct jg_detached *entry)
{
    char line[JG_DETACHED_LINE];
    const char *path = jg_os_detached_log();
    if (path == NULL)
        errno = ENOENT;
    if (path == NULL || !jg_detached_describe_self(entry, argv))
        return false;
    size_t length = jg_detached_format(entry, line);
    make_folders(path);
    log->fd = open_locked(path, O_CREAT);
    return log->fd >= 0 && append(log, path, line, length);
}

/* ---- reading ---- */

/* The lines of those that live, or may; the others are taken out of the file, too, if that can be. */
static char *load(const char *path, int fd, int *damaged)
{
    char *text = read_all(fd);
    if (text == NULL)
        return NULL;
    size_t before = strlen(text);
    *damaged = jg_detached_forget(text);
    if (strlen(text) < before)
        replace(path, text);
    return text;
}

bool jg_os_detached(jg_os_detached_each_fn *each, void *argument, int *damaged, struct jg_err *err)
{
    const char *path = jg_os_detached_log();
    *damaged = 0;
    int fd = path != NULL ? open_locked(path, 0) : -1;
    if (fd < 0 && (path == NULL || errno == ENOENT || errno == ENOTDIR))
        return true;
    char *text = fd >= 0 ? load(path, fd, damaged) : NULL;
    bool ok = text != NULL || jg_err_set(err, errno, cannot_read);
    if (fd >= 0)
        close(fd);
    if (ok && *damaged != 0)
        ok = jg_err_set(err, EBADMSG, cannot_read);
    if (ok)
        jg_detached_tell(text, each, argument);
    free(text);
    return ok;
}
