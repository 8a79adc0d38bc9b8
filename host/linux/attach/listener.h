/*
** listener.h: what is between a harness that can be attached to and those who attach.
**
** The harness listens on an abstract unix socket, and has a file in memory with a line in it: the
** socket's name, the key that is to be shown there first, and the level.
*/
#ifndef JG_LISTENER_H
#define JG_LISTENER_H

#include <sys/socket.h>
#include <sys/un.h>

#include "../../os.h"

#define JG_LISTENER_PREFIX "jghost-"
#define JG_KEY_FILE "jghost-attach"

enum {
    JG_LISTENER_NAME_SIZE = sizeof JG_LISTENER_PREFIX + 16, /* with a zero byte at the end */
    JG_KEY_SIZE = 33,                                       /* likewise: it is sent with it */
    JG_KEY_FILE_SIZE = 128
};

struct jg_listener;

/* The address that belongs to a name of JG_LISTENER_NAME_SIZE bytes; its length. */
socklen_t jg_listener_address(struct sockaddr_un *address, const char *name);

/* Nobody can attach any more, who hasn't shown the key is sent away; frees it. NULL is fine. */
void jg_listener_close(struct jg_listener *listener);

#endif
