/*
** child_windows.c: the Windows half of the test child: a process's own life, and its streams. See child.h for what
** each function promises.
*/
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <shellapi.h>

#include "child.h"
#include "child_windows.h"

static int errno_of(DWORD error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
        return EACCES;
    case ERROR_INVALID_PARAMETER:
        return ESRCH; /* of OpenProcess */
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
        return ENOMEM;
    case ERROR_NOT_ENOUGH_QUOTA:
        return EAGAIN; /* the job has as many processes as it may have */
    default:
        return EIO;
    }
}

int child_windows_error(void)
{
    return errno_of(GetLastError());
}

/* Never fails: a child without memory for its words is no use to a test. */
void *child_needed(void *memory)
{
    if (memory == NULL)
        exit(CHILD_REFUSED);
    return memory;
}

wchar_t *child_wide(const char *text)
{
    int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
    wchar_t *wide = child_needed(malloc((size_t)length * sizeof *wide));
    MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, length);
    return wide;
}

char *child_narrow(const wchar_t *text)
{
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *narrow = child_needed(malloc((size_t)length));
    WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, length, NULL, NULL);
    return narrow;
}

double child_windows_now(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return (double)now.QuadPart / (double)frequency.QuadPart;
}

void child_os_begin(int *argc, char ***argv)
{
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), argc);
    *argv = child_needed(calloc((size_t)*argc + 1, sizeof **argv));
    for (int i = 0; wide && i < *argc; i++)
        (*argv)[i] = child_narrow(wide[i]);
    LocalFree(wide);
    child_windows_open_console();
    for (int fd = 0; fd < 3; fd++)
        _setmode(fd, _O_BINARY);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    child_windows_be_branch();
    child_windows_watch_console();
}

void child_os_hang(void)
{
    for (;;)
        Sleep(INFINITE);
}

int child_os_sleep(double seconds)
{
    double until = child_windows_now() + seconds, left;
    while ((left = until - child_windows_now()) > 0)
        Sleep(left > 1e6 ? 1000000000 : (DWORD)(left * 1000) + 1);
    return 0;
}

double child_os_cpu_seconds(void)
{
    FILETIME created, ended, kernel, user;
    ULARGE_INTEGER in_kernel, in_user;
    GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user);
    in_kernel.LowPart = kernel.dwLowDateTime;
    in_kernel.HighPart = kernel.dwHighDateTime;
    in_user.LowPart = user.dwLowDateTime;
    in_user.HighPart = user.dwHighDateTime;
    return (double)(in_kernel.QuadPart + in_user.QuadPart) / 1e7;
}

static DWORD WINAPI thread_hang(void *unused)
{
    (void)unused;
    child_os_hang();
    return 0;
}

int child_os_threads(size_t count)
{
    while (count-- > 0) {
        HANDLE thread = CreateThread(NULL, 65536, thread_hang, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        if (thread == NULL)
            return child_windows_error();
        CloseHandle(thread);
    }
    return 0;
}

struct leader {
    HANDLE thread;
    char **words;
};

static DWORD WINAPI thread_without_leader(void *argument)
{
    struct leader *leader = argument;
    WaitForSingleObject(leader->thread, INFINITE);
    exit(child_perform(leader->words));
}

int child_os_leaderless(char **words)
{
    static struct leader leader; /* this thread's stack is no place for it */
    HANDLE self = GetCurrentProcess();
    leader.words = words;
    if (!DuplicateHandle(self, GetCurrentThread(), self, &leader.thread, SYNCHRONIZE, FALSE, 0) ||
        CreateThread(NULL, 0, thread_without_leader, &leader, 0, NULL) == NULL)
        return child_windows_error();
    ExitThread(0);
}

int child_os_rename(const char *name)
{
    (void)name;
    return ENOTSUP;
}

int child_os_undumpable(void)
{
    return ENOTSUP;
}

/* ---- streams */

/* In pieces that Wine writes to a pipe as a whole; see docs/windows.md. */
int child_os_write(int fd, const void *data, size_t size)
{
    enum { PIECE = 32 * 1024 };
    const char *at = data;
    while (size > 0) {
        int done = _write(fd, at, size > PIECE ? PIECE : (unsigned)size);
        if (done < 0)
            return _doserrno == ERROR_NO_DATA ? EPIPE : errno; /* which the C library doesn't know */
        at += done;
        size -= (size_t)done;
    }
    return 0;
}

long child_os_read(int fd, void *data, size_t size)
{
    int got = _read(fd, data, (unsigned)size);
    return got < 0 ? -errno : got;
}

int child_os_close(int fd)
{
    return _close(fd) ? errno : 0;
}

int child_os_leak(int fd)
{
    int null = _open("NUL", _O_RDWR | _O_BINARY);
    if (null < 0)
        return errno;
    if (null == fd)
        return 0;
    int error = _dup2(null, fd) < 0 ? errno : 0;
    _close(null);
    return error;
}

/* All reading is. */
int child_os_uncache(const char *file)
{
    (void)file;
    return 0;
}

int child_os_append(const char *file, const char *text)
{
    wchar_t *wide = child_wide(file);
    DWORD count, share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    HANDLE handle = CreateFileW(wide, FILE_APPEND_DATA, share, NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    free(wide);
    if (handle == INVALID_HANDLE_VALUE)
        return child_windows_error();
    int error = WriteFile(handle, text, (DWORD)strlen(text), &count, NULL) ? 0 : child_windows_error();
    CloseHandle(handle);
    return error;
}
