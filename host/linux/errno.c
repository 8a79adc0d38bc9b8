/*
** errno.c: the system's error numbers, in its own words and as portable kinds.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../err.h"

char *jg_os_err_text(int native, char *text, size_t size)
{
    char room[128];
    if (size > 0)
        snprintf(text, size, "%s", strerror_r(native, room, sizeof room));
    return text;
}

enum jg_err_kind jg_os_err_kind(int native)
{
    switch (native) {
    case 0:
        return JG_ERR_OK;
    case ENOENT:
        return JG_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return JG_ERR_DENIED;
    case ENOEXEC:
    case ELIBBAD:
    case ETXTBSY:
        return JG_ERR_NOT_EXECUTABLE;
    case EEXIST:
        return JG_ERR_EXISTS;
    case ENOTDIR:
        return JG_ERR_NOT_DIRECTORY;
    case EISDIR:
        return JG_ERR_IS_DIRECTORY;
    case ENOMEM:
        return JG_ERR_NO_MEMORY;
    case EMFILE:
    case ENFILE:
        return JG_ERR_NO_DESCRIPTORS;
    case EAGAIN: /* as clone means it */
        return JG_ERR_NO_PROCESSES;
    case ENOSPC:
    case EDQUOT:
        return JG_ERR_NO_SPACE;
    case E2BIG:
    case ENAMETOOLONG:
        return JG_ERR_TOO_LONG;
    case EPIPE:
    case ECONNRESET:
        return JG_ERR_BROKEN_PIPE;
    case EBADF:
        return JG_ERR_CLOSED;
    case ESRCH:
    case ECHILD:
        return JG_ERR_GONE;
    case EINVAL:
        return JG_ERR_INVALID;
    case ENOSYS:
    case EOPNOTSUPP:
        return JG_ERR_NOT_SUPPORTED;
    default:
        return JG_ERR_OTHER;
    }
}
