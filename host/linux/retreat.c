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

bool jg_retreat_serve(int socket, char leaf[PATH_MAX])
{
    char path[PATH_MAX];
    ssize_t length = recv(socket, path, sizeof path - 1, MSG_DONTWAIT);
    if (length <= 0)
        return length < 0 && (errno == EAGAIN || errno == EINTR);
    path[length] = '\0';
    int error = write_file(path, "cgroup.procs", "0") ? 0 : errno;
    if (error == 0)
        strcpy(leaf, path);
    send(socket, &error, sizeof error, MSG_NOSIGNAL | MSG_DONTWAIT);
    return true;
}

/* Nobody can go back as long as controllers are handed down. */
void jg_retreat_undo(const char *leaf)
{
    char outer[PATH_MAX];
    if (leaf[0] == '\0')
        return;
    strcpy(outer, leaf);
    *strrchr(outer, '/') = '\0';
    write_file(outer, "cgroup.subtree_control", "-memory");
    write_file(outer, "cgroup.subtree_control", "-pids");
    write_file(outer, "cgroup.subtree_control", "-cpu");
    if (write_file(outer, "cgroup.procs", "0"))
        rmdir(leaf);
}
