/*
** idmap.c: the id maps of a user namespace.
**
** The namespace's first process writes its own. From outside it would have to be named by its number, which at level
** `autokill` is free as soon as it has ended; and one that somebody has just killed would look like one that may not
** be mapped.
*/
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    ssize_t written = write(fd, text, strlen(text));
    int saved = errno;
    close(fd);
    errno = saved;
    return written != -1;
}

bool jg_idmap_write(uid_t user, gid_t group)
{
    char users[48], groups[48];
    snprintf(users, sizeof users, "%u %u 1", (unsigned)user, (unsigned)user);
    snprintf(groups, sizeof groups, "%u %u 1", (unsigned)group, (unsigned)group);
    /* without "deny" the kernel refuses an unprivileged gid_map: user_namespaces(7) */
    return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}
