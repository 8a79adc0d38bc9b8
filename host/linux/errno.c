/*
** errno.c: the system's error numbers, in its own words and as portable kinds.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/cgroupwhy.h"
#include "native.h"

static const char *own_text(int native)
{
    switch (native) {
#define CASE(code, kind, text) \
    case JG_NATIVE_##code: \
        return text;
        JG_NATIVES(CASE)
#undef CASE
    default:
        return NULL;
    }
}

char *jg_os_err_text(int native, char *text, size_t size)
{
    char room[128];
    const char *own = own_text(native);
    if (size > 0 && !jg_cgroup_why_text(native, text, size))
        snprintf(text, size, "%s", own != NULL ? own : strerror_r(native, room, sizeof room));
    return text;
}

enum jg_err_kind jg_os_err_kind(int native)
{
    switch (native) {
#define CASE(code, kind, text) \
    case JG_NATIVE_##code: \
        return JG_ERR_##kind;
        JG_NATIVES(CASE)
#undef CASE
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
        return jg_cgroup_why_text(native, NULL, 0) ? JG_ERR_NOT_SUPPORTED : JG_ERR_OTHER;
    }
}
