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
#include <sys/prctl.h>
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

static bool write_maps(uid_t user, gid_t group)
{
    char users[48], groups[48];
    snprintf(users, sizeof users, "%u %u 1", (unsigned)user, (unsigned)user);
    snprintf(groups, sizeof groups, "%u %u 1", (unsigned)group, (unsigned)group);
    /* without "deny" the kernel refuses an unprivileged gid_map: user_namespaces(7) */
    return write_file("/proc/self/setgroups", "deny") && write_file("/proc/self/uid_map", users) &&
           write_file("/proc/self/gid_map", groups);
}

/*
** Of a process whose executable its user may run but not read, all files in /proc are root's: what it has read there
** isn't to be dumped, or looked at by a debugger. The maps can be written only while that is lifted, here in init alone
** and before there is a script. Whoever looks in between sees nothing that the user's own Lua couldn't.
*/
bool jg_idmap_write(uid_t user, gid_t group)
{
    bool guarded = prctl(PR_GET_DUMPABLE) != 1;
    if (guarded)
        prctl(PR_SET_DUMPABLE, 1);
    bool ok = write_maps(user, group);
    int saved = errno;
    if (guarded)
        prctl(PR_SET_DUMPABLE, 0); /* it may have been 2, which nobody may set; that is 0 but for root's core dumps */
    errno = saved;
    return ok;
}
