/*
** child_windows_terminal.c: the test child's terminal on Windows: its console.
*/
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "child.h"
#include "child_windows.h"

/* Wine gives a process with a pseudoconsole no handles of it. */
void child_windows_open_console(void)
{
    FILE *const streams[] = {stdin, stdout, stderr};
    for (int fd = 0; fd < 3; fd++) {
        if (_get_osfhandle(fd) >= 0 || GetConsoleCP() == 0)
            continue;
        int opened = _open(fd == 0 ? "CONIN$" : "CONOUT$", _O_RDWR);
        if (opened != fd) {
            _dup2(opened, fd);
            _close(opened);
        }
        FILE *stream = _fdopen(fd, fd == 0 ? "rb" : "wb");
        if (stream == NULL)
            continue;
        *streams[fd] = *stream; /* freopen refuses one that never was open */
        setvbuf(streams[fd], NULL, _IOFBF, BUFSIZ);
    }
}

int child_os_is_terminal(int fd)
{
    DWORD mode;
    return GetConsoleMode((HANDLE)_get_osfhandle(fd), &mode);
}

int child_os_size(int *rows, int *columns)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    HANDLE console = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                 OPEN_EXISTING, 0, NULL);
    if (console == INVALID_HANDLE_VALUE)
        return child_windows_error();
    int error = GetConsoleScreenBufferInfo(console, &info) ? 0 : child_windows_error();
    CloseHandle(console);
    *rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    *columns = info.srWindow.Right - info.srWindow.Left + 1;
    return error;
}

/* An event tells of it, but to whoever reads the input; so this looks again and again. */
int child_os_wait_resize(void)
{
    static const char watching[] = "watching\n";
    int rows, columns, new_rows, new_columns;
    int error = child_os_size(&rows, &columns);
    if (error == 0)
        error = child_os_write(1, watching, strlen(watching));
    for (new_rows = rows, new_columns = columns; error == 0 && new_rows == rows && new_columns == columns; Sleep(10))
        error = child_os_size(&new_rows, &new_columns);
    return error;
}

int child_os_dump_code_page(void)
{
    printf("code page: %u.\n", GetConsoleOutputCP());
    return 0;
}
