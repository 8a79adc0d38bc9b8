/*
** harnesses.c: finds the harnesses that others run, and connects to them.
**
** /proc/net/unix has the names of those that listen. Who listens there the kernel tells whoever has
** connected, by its number in the asker's own world, and a connection doesn't need the other side's
** help: so a harness that is stopped can be found like any other.
*/
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../procfs/procstat.h"
#include "../procfs/proctree.h"
#include "listener.h"

enum { COMMAND_SIZE = 65536, PATH_SIZE = 4096, PASSWD_SIZE = 4096, SETTLE_TRIES = 10 };

struct found {
    int socket; /* connected */
    pid_t harness, guard;
    bool ours; /* what follows could be read: we may attach */
    char key[JG_KEY_SIZE];
    char level[16];
};

/* Returns whether to go on. */
typedef bool each_fn(const struct found *found, void *argument);

/* ---- the key ---- */

/* The text of the key's file, if that is what the descriptor in /proc is. */
static bool read_key_file(int folder, const char *entry, char *text, size_t size)
{
    static const char expected[] = "/memfd:" JG_KEY_FILE;
    char target[64];
    ssize_t length = readlinkat(folder, entry, target, sizeof target);
    if (length < (ssize_t)sizeof expected - 1 || memcmp(target, expected, sizeof expected - 1) != 0)
        return false;
    int fd = openat(folder, entry, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return false;
    length = pread(fd, text, size - 1, 0);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* The key belongs to that name and no other: nobody can have us show it to somebody else. */
static bool parse_key(const char *text, const char *name, struct found *found)
{
    char its_name[JG_LISTENER_NAME_SIZE + 1];
    return sscanf(text, "%24s %32s %15s", its_name, found->key, found->level) == 3 && strcmp(its_name, name) == 0 &&
           strlen(found->key) == JG_KEY_SIZE - 1;
}

static bool find_key(const char *name, struct found *found)
{
    char path[32], text[JG_KEY_FILE_SIZE];
    bool ok = false;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)found->harness);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return false;
    for (struct dirent *entry; !ok && (entry = readdir(folder)) != NULL;)
        ok = read_key_file(dirfd(folder), entry->d_name, text, sizeof text) && parse_key(text, name, found);
    closedir(folder);
    return ok;
}

/* ---- who listens ---- */

/* The harness is a child of init, which is a child of the guard. 0 isn't to be seen from here. */
static pid_t guard_of(pid_t harness)
{
    struct jg_procstat stat;
    if (harness == 0 || !jg_procstat_read(harness, &stat) || stat.parent == 0 || !jg_procstat_read(stat.parent, &stat))
        return 0;
    return stat.parent;
}

static bool connect_to(const char *name, struct found *found)
{
    struct sockaddr_un address;
    struct ucred peer;
    socklen_t length = jg_listener_address(&address, name), size = sizeof peer;
    *found = (struct found){.socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (found->socket == -1)
        return false;
    if (connect(found->socket, (struct sockaddr *)&address, length) == 0 &&
        getsockopt(found->socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
        found->harness = peer.pid;
        found->guard = guard_of(peer.pid);
    }
    found->ours = found->guard != 0 && find_key(name, found);
    return true;
}

/* The name in a line of /proc/net/unix, if it is a harness's that listens; or NULL. */
static const char *name_in(char *line)
{
    static const char listening[] = "00010000";
    char flags[16];
    char *at = strstr(line, " @" JG_LISTENER_PREFIX);
    if (at == NULL || sscanf(line, "%*s %*s %*s %15s", flags) != 1 || strcmp(flags, listening) != 0)
        return NULL;
    at += 2;
    at[strcspn(at, "@\n")] = '\0'; /* a zero byte is shown as @ */
    return strlen(at) == JG_LISTENER_NAME_SIZE - 1 ? at : NULL;
}

static bool find_all(each_fn *each, void *argument, struct jg_err *err)
{
    FILE *file = fopen("/proc/net/unix", "re");
    char *line = NULL;
    size_t size = 0;
    bool more = true;
    if (file == NULL)
        return jg_err_set(err, errno, "cannot list the harnesses");
    while (more && getline(&line, &size, file) > 0) {
        struct found found;
        const char *name = name_in(line);
        if (name == NULL)
            continue;
        if (!connect_to(name, &found)) {
            jg_err_set(err, errno, "cannot list the harnesses");
            break;
        }
        more = found.guard == 0 || each(&found, argument);
        close(found.socket);
    }
    bool ok = !more || feof(file);
    if (ferror(file))
        jg_err_set(err, errno, "cannot list the harnesses");
    free(line);
    fclose(file);
    return ok;
}

/* ---- what is known of one ---- */

static const char *user_of(pid_t pid, char *text, size_t size)
{
    char path[32];
    struct stat status;
    struct passwd entry, *result = NULL;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (stat(path, &status) == -1)
        return NULL;
    if (getpwuid_r(status.st_uid, &entry, text, size, &result) == 0 && result != NULL)
        return entry.pw_name;
    snprintf(text, size, "%u", (unsigned)status.st_uid);
    return text;
}

static const char *folder_of(pid_t pid, char *text, size_t size)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    ssize_t length = readlink(path, text, size - 1);
    text[length > 0 ? length : 0] = '\0';
    return length > 0 ? text : NULL;
}

/* Below init are the harness, the reapers, who are no work of the script's, and its processes. */
static int64_t count_processes(pid_t harness, pid_t init)
{
    struct jg_pids all = {0}, none = {0};
    struct jg_procstat stat;
    int64_t count = jg_proctree_descendants(init, &none, &all) ? 0 : -1;
    for (size_t i = 0; count >= 0 && i < all.count; i++) {
        if (all.at[i] != harness && jg_procstat_read(all.at[i], &stat) && strcmp(stat.name, "jghost-reaper") != 0)
            count++;
    }
    jg_pids_free(&all);
    return count;
}

/* We have just woken it by connecting: only one that stays running is busy. */
static bool read_settled(pid_t pid, struct jg_procstat *stat)
{
    bool there = jg_procstat_read(pid, stat);
    for (int i = 0; i < SETTLE_TRIES && there && stat->state == 'R'; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        there = jg_procstat_read(pid, stat);
    }
    return there;
}

struct listing {
    jg_os_harness_each_fn *each;
    void *argument;
    double boot; /* asked for once: those that were started at the same time are to be listed so */
    char command[COMMAND_SIZE], folder[PATH_SIZE], user[PASSWD_SIZE];
};

static bool tell(const struct found *found, void *argument)
{
    struct listing *listing = argument;
    struct jg_procstat guard, harness;
    if (!jg_procstat_read(found->guard, &guard) || !read_settled(found->harness, &harness))
        return true;
    struct jg_os_harness_info info = {
        .id = found->guard,
        .user = user_of(found->guard, listing->user, sizeof listing->user),
        .level = found->ours ? found->level : NULL,
        .state = jg_procstat_state(harness.state, false),
        .command = guard.name,
        .folder = folder_of(found->harness, listing->folder, sizeof listing->folder),
        .started = listing->boot + guard.started,
        .processes = count_processes(found->harness, harness.parent),
    };
    if (jg_procstat_command(found->guard, listing->command, sizeof listing->command))
        info.command = listing->command;
    listing->each(&info, listing->argument);
    return true;
}

bool jg_os_harnesses(jg_os_harness_each_fn *each, void *argument, struct jg_err *err)
{
    struct listing *listing = malloc(sizeof *listing);
    if (listing == NULL)
        return jg_err_set(err, errno, "cannot list the harnesses");
    listing->each = each;
    listing->argument = argument;
    listing->boot = jg_procstat_boot_time();
    bool ok = find_all(tell, listing, err);
    free(listing);
    return ok;
}

/* ---- attach to one ---- */

struct search {
    int64_t id;
    int descriptor;
    int error;
};

static bool attach(const struct found *found, void *argument)
{
    struct search *search = argument;
    if (found->guard != search->id)
        return true;
    search->error = EACCES;
    if (!found->ours)
        return false;
    search->error = 0;
    search->descriptor = fcntl(found->socket, F_DUPFD_CLOEXEC, 3);
    if (search->descriptor == -1)
        search->error = errno;
    else
        send(found->socket, found->key, JG_KEY_SIZE, MSG_NOSIGNAL); /* if it has hung up, we read that */
    return false;
}

bool jg_os_attach(int64_t id, int *descriptor, struct jg_err *err)
{
    struct search search = {id, -1, ENOENT};
    if (!find_all(attach, &search, err))
        return false;
    *descriptor = search.descriptor;
    return search.error == 0 || jg_err_set(err, search.error, "cannot attach to");
}
