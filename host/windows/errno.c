/*
** errno.c: Win32's error codes, and libuv's, in words and as portable kinds.
**
** libuv has numbers of its own on Windows: UV_ENOENT is -4058. They come here without the sign, and Win32 has nothing
** that we could meet in that range.
*/
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uv.h> /* with windows.h */

#include "native.h"

#ifndef ERROR_ELEVATION_REQUIRED /* mingw-w64 lacks these two */
#define ERROR_ELEVATION_REQUIRED 740
#endif
#ifndef ERROR_DIRECTORY_NOT_SUPPORTED
#define ERROR_DIRECTORY_NOT_SUPPORTED 336
#endif

enum { MESSAGE_SIZE = 1024 };

static bool is_uv(int native)
{
    switch (-native) {
#define CASE(name, text) case UV_##name:
        UV_ERRNO_MAP(CASE)
#undef CASE
        return true;
    default:
        return false;
    }
}

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

/* "%1 is not a valid Win32 application.\r\n": nobody tells us what %1 was, and the rest is put into a sentence. */
static void tidy(const wchar_t *message, wchar_t *text, size_t size)
{
    static const wchar_t insert[] = L"the file";
    size_t length = 0;
    while (*message != L'\0' && length + sizeof insert / sizeof *insert < size) {
        if (message[0] == L'%' && message[1] == L'1') {
            wcscpy(text + length, insert);
            length += wcslen(insert);
            message += 2;
        } else {
            text[length++] = *message == L'\r' || *message == L'\n' ? L' ' : *message;
            message++;
        }
    }
    while (length > 0 && (text[length - 1] == L' ' || text[length - 1] == L'.'))
        length--;
    text[length] = L'\0';
}

/* In the user's language, and if there is nothing in that, in English. */
static DWORD system_message(int native, wchar_t *message)
{
    const DWORD languages[] = {0, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US)};
    const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
    DWORD length = 0;
    for (size_t i = 0; i < sizeof languages / sizeof *languages && length == 0; i++)
        length = FormatMessageW(flags, NULL, (DWORD)native, languages[i], message, MESSAGE_SIZE, NULL);
    return length;
}

/* Cut to size, but not in the middle of a character. */
static void copy_text(const char *from, char *to, size_t size)
{
    size_t length = strlen(from);
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80)
            length--;
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

/* Needs no memory: what it says may be that there is none. */
char *jg_os_err_text(int native, char *text, size_t size)
{
    wchar_t message[MESSAGE_SIZE], tidied[MESSAGE_SIZE];
    char narrow[3 * MESSAGE_SIZE]; /* no character of UTF-16 has more than three bytes */
    const char *own = own_text(native);
    if (size == 0)
        return text;
    if (own == NULL && is_uv(native))
        own = uv_strerror(-native);
    if (own == NULL && system_message(native, message) > 0) {
        tidy(message, tidied, MESSAGE_SIZE);
        if (WideCharToMultiByte(CP_UTF8, 0, tidied, -1, narrow, sizeof narrow, NULL, NULL) > 0)
            own = narrow;
    }
    if (own != NULL)
        copy_text(own, text, size);
    else
        snprintf(text, size, "Windows error %d", native);
    return text;
}

static enum jg_err_kind uv_kind(int native)
{
    switch (-native) {
    case UV_ENOENT:
        return JG_ERR_NOT_FOUND;
    case UV_EACCES:
    case UV_EPERM:
    case UV_EROFS:
        return JG_ERR_DENIED;
    case UV_ETXTBSY:
    case UV_EFTYPE:
        return JG_ERR_NOT_EXECUTABLE;
    case UV_EEXIST:
        return JG_ERR_EXISTS;
    case UV_ENOTDIR:
        return JG_ERR_NOT_DIRECTORY;
    case UV_EISDIR:
        return JG_ERR_IS_DIRECTORY;
    case UV_ENOMEM:
        return JG_ERR_NO_MEMORY;
    case UV_EMFILE:
    case UV_ENFILE:
        return JG_ERR_NO_DESCRIPTORS;
    case UV_EAGAIN:
        return JG_ERR_NO_PROCESSES;
    case UV_ENOSPC:
        return JG_ERR_NO_SPACE;
    case UV_E2BIG:
    case UV_ENAMETOOLONG:
        return JG_ERR_TOO_LONG;
    case UV_EPIPE:
    case UV_ECONNRESET:
    case UV_EOF:
        return JG_ERR_BROKEN_PIPE;
    case UV_EBADF:
        return JG_ERR_CLOSED;
    case UV_ESRCH:
        return JG_ERR_GONE;
    case UV_EINVAL:
    case UV_ECHARSET:
        return JG_ERR_INVALID;
    case UV_ENOSYS:
    case UV_ENOTSUP:
        return JG_ERR_NOT_SUPPORTED;
    default:
        return JG_ERR_OTHER;
    }
}

static enum jg_err_kind win32_kind(int native)
{
    switch (native) {
    case ERROR_SUCCESS:
        return JG_ERR_OK;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_MOD_NOT_FOUND:
        return JG_ERR_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case ERROR_WRITE_PROTECT:
    case ERROR_ELEVATION_REQUIRED:
    case ERROR_PRIVILEGE_NOT_HELD:
    case ERROR_ACCESS_DISABLED_BY_POLICY:
        return JG_ERR_DENIED;
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_BAD_FORMAT:
    case ERROR_INVALID_EXE_SIGNATURE:
    case ERROR_EXE_MARKED_INVALID:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH:
    case ERROR_CHILD_NOT_COMPLETE:
        return JG_ERR_NOT_EXECUTABLE;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
        return JG_ERR_EXISTS;
    case ERROR_DIRECTORY:
        return JG_ERR_NOT_DIRECTORY;
    case ERROR_DIRECTORY_NOT_SUPPORTED:
        return JG_ERR_IS_DIRECTORY;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
    case ERROR_NOT_ENOUGH_QUOTA: /* but where a process was to be created, see birth.c */
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_NONPAGED_SYSTEM_RESOURCES:
    case ERROR_PAGED_SYSTEM_RESOURCES:
        return JG_ERR_NO_MEMORY;
    case ERROR_TOO_MANY_OPEN_FILES:
        return JG_ERR_NO_DESCRIPTORS;
    case ERROR_MAX_THRDS_REACHED:
    case ERROR_NO_PROC_SLOTS:
        return JG_ERR_NO_PROCESSES;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return JG_ERR_NO_SPACE;
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_BUFFER_OVERFLOW:
        return JG_ERR_TOO_LONG;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
        return JG_ERR_BROKEN_PIPE;
    case ERROR_INVALID_HANDLE:
        return JG_ERR_CLOSED;
    case ERROR_INVALID_PARAMETER:
    case ERROR_NO_UNICODE_TRANSLATION:
        return JG_ERR_INVALID;
    case ERROR_NOT_SUPPORTED:
    case ERROR_CALL_NOT_IMPLEMENTED:
    case ERROR_INVALID_FUNCTION:
        return JG_ERR_NOT_SUPPORTED;
    default:
        return JG_ERR_OTHER;
    }
}

enum jg_err_kind jg_os_err_kind(int native)
{
    switch (native) {
#define CASE(code, kind, text) \
    case JG_NATIVE_##code: \
        return JG_ERR_##kind;
        JG_NATIVES(CASE)
#undef CASE
    default:
        return is_uv(native) ? uv_kind(native) : win32_kind(native);
    }
}
