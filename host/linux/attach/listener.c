/*
** listener.c: lets others attach to this harness.
**
** A unix socket with an abstract name: nothing is on disk, and it vanishes with the process. Anybody may
** connect to such a name, and within a user namespace the kernel can't tell us who it was; so whoever
** comes in must show the key. The key is in a file in memory, to be read by /proc/PID/fd, which the
** kernel allows to those who may debug this process: the same user, and root.
*/
#define _GNU_SOURCE
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../linux.h"
#include "../loop/loop.h"

enum { MOST_VISITORS = 16, MOST_ACCEPTED = 64, WAITING = 4096 };

/* Somebody who has connected and not shown the key yet. */
struct visitor {
    struct jg_watch watch;
    struct jg_listener *listener;
    struct visitor *next;
    size_t length;
    char shown[JG_KEY_SIZE];
};

struct jg_listener {
    struct jg_watch watch;
    struct jg_os_loop *loop;
    jg_os_attached_fn *attached;
    void *owner;
    int key_file;             /* for others to find; we know what is in it */
    int spare;                /* given up for a moment to turn somebody away when there is no descriptor left */
    struct visitor *visitors; /* the latest first */
    int visitor_count;
    char key[JG_KEY_SIZE];
};

/* ---- those who come ---- */

/* Forgets the visitor; returns its descriptor, which stays open. */
static int dismiss(struct visitor *visitor)
{
    struct jg_listener *listener = visitor->listener;
    struct visitor **link = &listener->visitors;
    int fd = visitor->watch.fd;
    while (*link != visitor)
        link = &(*link)->next;
    *link = visitor->next;
    listener->visitor_count--;
    jg_watch_remove(listener->loop, &visitor->watch);
    free(visitor);
    return fd;
}

static struct visitor *oldest_of(const struct jg_listener *listener)
{
    struct visitor *oldest = listener->visitors;
    while (oldest->next != NULL)
        oldest = oldest->next;
    return oldest;
}

/* As memcmp, but how long it takes tells nothing. */
static bool is_key(const struct jg_listener *listener, const char *shown)
{
    unsigned different = 0;
    for (int i = 0; i < JG_KEY_SIZE; i++)
        different |= (unsigned char)(shown[i] ^ listener->key[i]);
    return different == 0;
}

/* Reads no more than the key: what follows is not for us. Nor does it judge a part of the key, which
** would tell whoever guesses that he is on the way. */
static void on_shown(struct jg_watch *watch, uint32_t events)
{
    struct visitor *visitor = JG_CONTAINER(watch, struct visitor, watch);
    struct jg_listener *listener = visitor->listener;
    (void)events;
    ssize_t got = recv(watch->fd, visitor->shown + visitor->length, JG_KEY_SIZE - visitor->length, MSG_DONTWAIT);
    if (got == -1 && (errno == EAGAIN || errno == EINTR))
        return;
    visitor->length += got > 0 ? (size_t)got : 0;
    if (got > 0 && visitor->length < JG_KEY_SIZE)
        return;
    bool right = visitor->length == JG_KEY_SIZE && is_key(listener, visitor->shown);
    int fd = dismiss(visitor);
    if (right)
        listener->attached(listener->owner, fd);
    else
        close(fd);
}

/* Who doesn't show a key can't keep out who does: it may have come since we looked. */
static void make_room(struct jg_listener *listener)
{
    if (listener->visitor_count == MOST_VISITORS)
        on_shown(&oldest_of(listener)->watch, EPOLLIN);
    if (listener->visitor_count == MOST_VISITORS)
        close(dismiss(oldest_of(listener)));
}

static void receive(struct jg_listener *listener, int fd)
{
    struct jg_err ignored;
    struct visitor *visitor = calloc(1, sizeof *visitor);
    if (visitor == NULL) {
        close(fd);
        return;
    }
    make_room(listener);
    *visitor = (struct visitor){.watch = {on_shown, -1}, .listener = listener, .next = listener->visitors};
    if (!jg_watch_add(listener->loop, &visitor->watch, fd, EPOLLIN, &ignored)) {
        free(visitor);
        close(fd);
        return;
    }
    listener->visitors = visitor;
    listener->visitor_count++;
    on_shown(&visitor->watch, EPOLLIN); /* most have sent it by now */
}

/* Without a free descriptor somebody who waits would never hear from us: turns him away. */
static bool turn_away(struct jg_listener *listener)
{
    if (listener->spare == -1)
        return false;
    close(listener->spare);
    int fd = accept4(listener->watch.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd != -1)
        close(fd);
    listener->spare = fcntl(listener->key_file, F_DUPFD_CLOEXEC, 3);
    return fd != -1;
}

/* The watch is edge-triggered: a failure doesn't make the loop spin, and what is left after a good many
** is asked for anew. */
static void on_connected(struct jg_watch *watch, uint32_t events)
{
    struct jg_listener *listener = JG_CONTAINER(watch, struct jg_listener, watch);
    (void)events;
    for (int i = 0; i < MOST_ACCEPTED; i++) {
        int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd != -1)
            receive(listener, fd);
        else if ((errno == EMFILE || errno == ENFILE) && turn_away(listener))
            continue;
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = watch};
    epoll_ctl(listener->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

/* ---- open and close ---- */

socklen_t jg_listener_address(struct sockaddr_un *address, const char *name)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path + 1, name, JG_LISTENER_NAME_SIZE - 1);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + JG_LISTENER_NAME_SIZE);
}

static bool listen_at(struct jg_listener *listener, const char *name, struct jg_err *err)
{
    struct sockaddr_un address;
    socklen_t length = jg_listener_address(&address, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd != -1 && bind(fd, (struct sockaddr *)&address, length) == 0 && listen(fd, WAITING) == 0 &&
        jg_watch_add(listener->loop, &listener->watch, fd, EPOLLIN | EPOLLET, err))
        return true;
    jg_err_set(err, errno, "cannot listen for those who attach");
    if (fd != -1)
        close(fd);
    return false;
}

/* The key, whose it is, and the level: what others are to know and the kernel doesn't. */
static bool write_key(struct jg_listener *listener, const char *name, struct jg_err *err)
{
    char text[JG_KEY_FILE_SIZE];
    int length =
        snprintf(text, sizeof text, "%s %s %s\n", name, listener->key, jg_level_name(jg_linux.shared->guarantee.level));
    listener->key_file = memfd_create(JG_KEY_FILE, MFD_CLOEXEC);
    if (listener->key_file != -1 && write(listener->key_file, text, (size_t)length) == length)
        listener->spare = fcntl(listener->key_file, F_DUPFD_CLOEXEC, 3);
    return listener->spare != -1 || jg_err_set(err, errno, "cannot keep a key for those who attach");
}

void jg_listener_close(struct jg_listener *listener)
{
    if (listener == NULL)
        return;
    while (listener->visitors != NULL)
        close(dismiss(listener->visitors));
    int fd = listener->watch.fd;
    jg_watch_remove(listener->loop, &listener->watch);
    for (int *each = (int[]){fd, listener->key_file, listener->spare, -2}; *each != -2; each++) {
        if (*each != -1)
            close(*each);
    }
    free(listener);
}

bool jg_os_attach_listen(struct jg_os_loop *loop, jg_os_attached_fn *attached, void *owner, struct jg_err *err)
{
    char name[JG_LISTENER_NAME_SIZE];
    uint64_t chance[3];
    struct jg_listener *listener = malloc(sizeof *listener);
    if (listener == NULL)
        return jg_err_set(err, errno, "cannot allocate memory");
    *listener = (struct jg_listener){
        .watch = {on_connected, -1}, .loop = loop, .attached = attached, .owner = owner, .key_file = -1, .spare = -1};
    bool ok = getrandom(chance, sizeof chance, GRND_NONBLOCK) == sizeof chance ||
              jg_err_set(err, errno, "cannot make a key for those who attach");
    snprintf(name, sizeof name, JG_LISTENER_PREFIX "%016llx", (unsigned long long)chance[0]);
    snprintf(listener->key, sizeof listener->key, "%016llx%016llx", (unsigned long long)chance[1],
             (unsigned long long)chance[2]);
    if (ok && write_key(listener, name, err) && listen_at(listener, name, err)) {
        loop->listener = listener;
        return true;
    }
    jg_listener_close(listener);
    return false;
}
