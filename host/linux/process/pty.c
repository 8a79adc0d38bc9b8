/*
** pty.c: terminals for processes: the two ends of a pty.
**
** We keep the process's end open, too. So what we read never ends by itself: not when the process closes its terminal
** to open it again, and not with a hang-up that libuv would believe before it has read what came before that. It ends
** with the process: all that it has written is in the kernel then, and whoever else has the terminal isn't waited for.
*/
#define _GNU_SOURCE
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { PIECE = 4096, LARGEST = 1 << 20 };

struct jg_os_pty {
    int master, terminal;
};

int jg_pty_terminal(const struct jg_os_pty *pty)
{
    return pty->terminal;
}

static void close_pty(struct jg_os_pty *pty)
{
    if (pty->terminal >= 0)
        close(pty->terminal);
    if (pty->master >= 0)
        close(pty->master); /* which hangs the terminal up, if the descriptors are closed */
    free(pty);
}

static bool open_ends(struct jg_os_pty *pty, struct jg_err *err)
{
    int locked = 0;
    pty->master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (pty->master < 0)
        return jg_err_set(err, errno, "cannot make a terminal from /dev/ptmx");
    if (ioctl(pty->master, TIOCSPTLCK, &locked) == 0)
        pty->terminal = ioctl(pty->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return pty->terminal >= 0 || jg_err_set(err, errno, "cannot open the terminal");
}

void jg_os_pty_identify(const struct jg_os_pty *pty, struct jg_os_identity *identity)
{
    jg_os_identify(pty->terminal, identity);
}

bool jg_os_pty_resize(struct jg_os_pty *pty, int rows, int columns, struct jg_err *err)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(pty->master, TIOCSWINSZ, &size) == 0 || jg_err_set(err, errno, "cannot set the terminal's size");
}

/* Text is UTF-8: a backspace takes a whole character. */
static bool set_modes(const struct jg_os_pty *pty, struct jg_err *err)
{
    struct termios modes;
    if (tcgetattr(pty->terminal, &modes) == 0) {
        modes.c_iflag |= IUTF8;
        if (tcsetattr(pty->terminal, TCSANOW, &modes) == 0)
            return true;
    }
    return jg_err_set(err, errno, "cannot set the terminal's modes");
}

/* Copies of the master: each stream closes its own. */
static bool copy_master(const struct jg_os_pty *pty, int descriptors[2], struct jg_err *err)
{
    descriptors[0] = fcntl(pty->master, F_DUPFD_CLOEXEC, 0);
    if (descriptors[0] >= 0)
        descriptors[1] = fcntl(pty->master, F_DUPFD_CLOEXEC, 0);
    if (descriptors[0] >= 0 && descriptors[1] >= 0)
        return true;
    jg_err_set(err, errno, "cannot make a terminal");
    if (descriptors[0] >= 0)
        close(descriptors[0]);
    return false;
}

bool jg_os_pty_open(struct jg_os_pty **result, int rows, int columns, int descriptors[2], struct jg_err *err)
{
    struct jg_os_pty *pty = malloc(sizeof *pty);
    if (pty == NULL)
        return jg_err_set(err, ENOMEM, "cannot make a terminal");
    *pty = (struct jg_os_pty){.master = -1, .terminal = -1};
    if (!open_ends(pty, err) || !jg_os_pty_resize(pty, rows, columns, err) || !set_modes(pty, err) ||
        !copy_master(pty, descriptors, err)) {
        close_pty(pty);
        return false;
    }
    *result = pty;
    return true;
}

/* The terminal takes a newline for the Enter key. */
size_t jg_os_pty_type(char *text, size_t length)
{
    (void)text;
    return length;
}

const char *jg_os_pty_end_of_input(void)
{
    return "\4"; /* Ctrl-D */
}

/* A read that finds nothing waits for what the kernel is still moving from one end to the other; a poll by epoll, which
** is told of it afterwards, doesn't. */
bool jg_os_pty_hang_up(struct jg_os_pty *pty, jg_os_pty_shown_fn *shown, void *owner)
{
    char piece[PIECE];
    ssize_t got;
    for (size_t total = 0; shown != NULL && total<LARGEST; total += got> 0 ? (size_t)got : 0) {
        got = read(pty->master, piece, sizeof piece);
        if (got > 0)
            shown(owner, piece, (size_t)got);
        else if (got == 0 || errno != EINTR)
            break;
    }
    close_pty(pty);
    return true;
}
