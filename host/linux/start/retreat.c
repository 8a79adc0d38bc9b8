/*
** retreat.c: the guard makes room in its cgroup.
*/
#define _GNU_SOURCE
#include "retreat.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "janitor.h"

enum { PATIENCE_MS = 5000 };

bool jg_retreat_open(int sockets[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0;
}

/* Who writes "0" moves itself: cgroups(7). */
static bool write_file(const char *folder, const char *name, const char *text)
{
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int file = dir >= 0 ? openat(dir, name, O_WRONLY | O_CLOEXEC) : -1;
    bool ok = file >= 0 && write(file, text, strlen(text)) >= 0;
    int error = errno;
    if (file >= 0)
        close(file);
    if (dir >= 0)
        close(dir);
    errno = error;
    return ok;
}

bool jg_retreat_ask(int socket, const char *path)
{
    struct pollfd answer = {.fd = socket, .events = POLLIN};
    int error = 0;
    if (send(socket, path, strlen(path) + 1, MSG_NOSIGNAL) < 0)
        return false;
    while (poll(&answer, 1, PATIENCE_MS) == -1 && errno == EINTR) {
    }
    ssize_t got = recv(socket, &error, sizeof error, MSG_DONTWAIT);
    if (got == sizeof error && error == 0)
        return true;
    errno = got == sizeof error ? error : ETIMEDOUT;
    return false;
}

/* The janitor is there before the harness knows that it may hand controllers down. */
bool jg_retreat_serve(int socket, int guard, struct jg_retreat *retreat)
{
    char path[PATH_MAX];
    ssize_t length = recv(socket, path, sizeof path - 1, MSG_DONTWAIT);
    if (length <= 0)
        return length < 0 && (errno == EAGAIN || errno == EINTR);
    path[length] = '\0';
    int error = write_file(path, "cgroup.procs", "0") ? 0 : errno;
    if (error == 0) {
        strcpy(retreat->leaf, path);
        retreat->janitor = jg_janitor_start(guard, path);
    }
    send(socket, &error, sizeof error, MSG_NOSIGNAL | MSG_DONTWAIT);
    return true;
}

/* Nobody can go back as long as controllers are handed down. */
bool jg_retreat_give_back(const char *leaf)
{
    char outer[PATH_MAX];
    strcpy(outer, leaf);
    *strrchr(outer, '/') = '\0';
    write_file(outer, "cgroup.subtree_control", "-memory");
    write_file(outer, "cgroup.subtree_control", "-pids");
    write_file(outer, "cgroup.subtree_control", "-cpu");
    return write_file(outer, "cgroup.procs", "0") && (rmdir(leaf) == 0 || errno == ENOENT);
}

void jg_retreat_undo(struct jg_retreat *retreat)
{
    jg_janitor_end(retreat->janitor);
    if (retreat->leaf[0] != '\0')
        jg_retreat_give_back(retreat->leaf);
}
