/*
** child_linux_terminal.c: the test child's terminal on Linux.
*/
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "child.h"

int child_os_is_terminal(int fd)
{
    return isatty(fd);
}

int child_os_size(int *rows, int *columns)
{
    struct winsize size;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = ioctl(fd, TIOCGWINSZ, &size) < 0 ? errno : 0;
    close(fd);
    *rows = size.ws_row;
    *columns = size.ws_col;
    return error;
}

int child_os_wait_resize(void)
{
    static const char watching[] = "watching\n";
    sigset_t resized;
    int number;
    sigemptyset(&resized);
    sigaddset(&resized, SIGWINCH);
    sigprocmask(SIG_BLOCK, &resized, NULL);
    int error = child_os_write(1, watching, strlen(watching));
    return error ? error : sigwait(&resized, &number);
}

int child_os_dump_code_page(void)
{
    return ENOTSUP;
}
