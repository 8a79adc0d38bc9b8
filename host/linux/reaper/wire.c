/*
** wire.c: messages with descriptors between the harness and the reapers.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "reaper.h"

union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) * JG_REAPER_DESCRIPTORS)];
};

int jg_wire_send(int socket, const struct jg_reaper_message *message, const void *text, const struct jg_reaper_fds *fds)
{
    struct iovec parts[2] = {{(void *)message, sizeof *message}, {(void *)text, text != NULL ? message->bytes : 0}};
    struct msghdr header = {.msg_iov = parts, .msg_iovlen = 2};
    union control control;
    if (fds != NULL && fds->count > 0) {
        memset(&control, 0, sizeof control);
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)fds->count);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)fds->count);
        memcpy(CMSG_DATA(rights), fds->at, sizeof(int) * (size_t)fds->count);
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &header, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno == ETOOMANYREFS) /* too many descriptors on their way */
        errno = EAGAIN;
    return sent < 0 ? -errno : 0;
}

static void take_fds(struct msghdr *header, struct jg_reaper_fds *fds)
{
    struct cmsghdr *rights = CMSG_FIRSTHDR(header);
    if (rights == NULL || rights->cmsg_type != SCM_RIGHTS)
        return;
    fds->count = (int)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(fds->at, CMSG_DATA(rights), sizeof(int) * (size_t)fds->count);
}

int jg_wire_receive(int socket, struct jg_reaper_message *message, void *text, struct jg_reaper_fds *fds)
{
    struct iovec parts[2] = {{message, sizeof *message}, {text, text != NULL ? JG_REAPER_INLINE : 0}};
    union control control;
    struct msghdr header = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t got;
    fds->count = 0;
    do
        got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == ECONNRESET ? 0 : -errno;
    take_fds(&header, fds);
    return got >= (ssize_t)sizeof *message;
}

void jg_wire_close(struct jg_reaper_fds *fds)
{
    for (int i = 0; i < fds->count; i++)
        if (fds->at[i] >= 0)
            close(fds->at[i]);
    fds->count = 0;
}
