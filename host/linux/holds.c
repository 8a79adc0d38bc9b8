/*
** holds.c: who holds the other end of a pipe?
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "linux.h"

/* Both ends of a pipe, and all copies of them, are one inode. A process that isn't ours to look at,
** or that has just ended, holds nothing as far as we can tell. */
bool jg_os_process_holds(int64_t pid, intptr_t descriptor)
{
    char path[64];
    struct stat ours, theirs;
    bool holds = false;
    snprintf(path, sizeof path, "/proc/%lld/fd", (long long)pid);
    DIR *folder = fstat((int)descriptor, &ours) == 0 ? opendir(path) : NULL;
    if (folder == NULL)
        return false;
    for (struct dirent *entry = readdir(folder); entry != NULL && !holds; entry = readdir(folder))
        holds = fstatat(dirfd(folder), entry->d_name, &theirs, 0) == 0 && theirs.st_ino == ours.st_ino &&
                theirs.st_dev == ours.st_dev;
    closedir(folder);
    return holds;
}
