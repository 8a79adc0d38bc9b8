/*
** terminal.c: leaves the user's terminal as it was.
*/
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "start.h"

static struct {
    bool saved;
    struct termios modes;
} terminal;

bool jg_os_is_terminal(int descriptor)
{
    return isatty(descriptor) == 1;
}

int jg_os_terminal_width(int descriptor)
{
    struct winsize size = {0};
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void jg_terminal_save(void)
{
    terminal.saved = terminal.saved || tcgetattr(STDIN_FILENO, &terminal.modes) == 0;
}

void jg_terminal_restore(void)
{
    struct termios now;
    if (!terminal.saved || tcgetattr(STDIN_FILENO, &now) == -1)
        return;
    /* in the background it isn't ours to change */
    if (tcgetpgrp(STDIN_FILENO) == getpgrp() && memcmp(&now, &terminal.modes, sizeof now) != 0)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal.modes);
}
