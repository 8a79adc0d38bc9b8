/*
** mounts.c: a mount namespace of our own, once it is made.
*/
#define _GNU_SOURCE
#include "mounts.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>

/* The root needn't be a mount point (in a chroot it often isn't); then it is enough that the mount which /proc covers
** doesn't propagate. */
bool jg_mounts_make_private(void)
{
    return mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) == 0 ||
           (errno == EINVAL && mount(NULL, "/proc", NULL, MS_SLAVE | MS_REC, NULL) == 0);
}

bool jg_mounts_proc(void)
{
    return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
}
