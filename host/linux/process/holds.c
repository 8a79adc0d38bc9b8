/*
** holds.c: what a process has open.
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../linux.h"

/* By what is known of it: whoever asks for more may wait for a network, or for a file system in user space. */
static bool look(int folder, const char *name, int flags, struct statx *found)
{
    return statx(folder, name, flags | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, found) == 0;
}

static struct jg_os_identity identity_of(const struct statx *found)
{
    return (struct jg_os_identity){makedev(found->stx_dev_major, found->stx_dev_minor), found->stx_ino};
}

/* A device such as the null device is everybody's. */
void jg_os_identify(int descriptor, struct jg_os_identity *identity)
{
    struct statx found;
    *identity = (struct jg_os_identity){0};
    if (look(descriptor, "", AT_EMPTY_PATH, &found) && (!S_ISCHR(found.stx_mode) || isatty(descriptor)))
        *identity = identity_of(&found);
}

struct listing {
    jg_os_identity_each_fn *each;
    void *argument;
    size_t count; /* of what is open */
};

/* A descriptor that is closed meanwhile is left out. Ends with the error of the folder: 0 at its end. */
static int list(DIR *folder, struct listing *listing)
{
    struct dirent *entry;
    struct statx found;
    for (errno = 0; (entry = readdir(folder)) != NULL; errno = 0) {
        if (entry->d_name[0] == '.' || !look(dirfd(folder), entry->d_name, 0, &found))
            continue;
        struct jg_os_identity identity = identity_of(&found);
        listing->each(&identity, listing->argument);
        listing->count++;
    }
    return errno;
}

static DIR *open_folder(int above, const char *path)
{
    int fd = openat(above, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL && fd >= 0)
        close(fd);
    return folder;
}

static int list_folder(int above, const char *path, struct listing *listing)
{
    DIR *folder = open_folder(above, path);
    int error = folder == NULL ? errno : list(folder, listing);
    if (folder != NULL)
        closedir(folder);
    return error;
}

/* A process whose first thread has ended shows what it has open by its others only. */
static void list_threads(int process, struct listing *listing)
{
    struct dirent *entry;
    char path[300];
    DIR *folder = open_folder(process, "task");
    while (folder != NULL && listing->count == 0 && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof path, "%s/fd", entry->d_name);
        list_folder(dirfd(folder), path, listing);
    }
    if (folder != NULL)
        closedir(folder);
}

bool jg_os_process_holds(int64_t pid, jg_os_identity_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing listing = {.each = each, .argument = argument};
    char path[32];
    snprintf(path, sizeof path, "/proc/%lld", (long long)pid);
    int process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = process < 0 ? errno : list_folder(process, "fd", &listing);
    if (process >= 0 && listing.count == 0)
        list_threads(process, &listing);
    if (process >= 0)
        close(process);
    return error == 0 || listing.count > 0 ||
           jg_err_set(err, error == ENOENT ? ESRCH : error, "cannot look into process");
}
