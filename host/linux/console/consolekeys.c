/*
** consolekeys.c: the keys that libedit is given, in its thread, and what else that does while it waits for one.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "../start/start.h"
#include "console.h"

/* Is the terminal in its ordinary mode? After a stop it is: the guard has put it back. */
static bool is_put_back(void)
{
    struct termios modes;
    return tcgetattr(STDIN_FILENO, &modes) == 0 && (modes.c_lflag & ICANON) != 0;
}

/*
** Continued after a stop. If the terminal hasn't been put back, a second SIGCONT has come for the same continuing,
** or somebody else reads. In the background tcdrain stops us again, before anything is changed.
*/
static void resume(struct jg_os_console *console)
{
    if (tcdrain(STDIN_FILENO) == -1 || !is_put_back())
        return;
    el_set(console->editor, EL_PREP_TERM, 0); /* it believes that it is in its own mode */
    el_set(console->editor, EL_PREP_TERM, 1);
    el_resize(console->editor);
    el_set(console->editor, EL_REFRESH);
}

/* Has the line off the screen until the loop has printed. After a stop it isn't there, of which we may be told later.
** False: it is to be given up. */
static bool make_way(struct jg_os_console *console)
{
    bool is_there = !is_put_back();
    if (is_there)
        jg_console_line_hide(console);
    uv_mutex_lock(&console->mutex);
    console->hidden = true;
    uv_cond_broadcast(&console->changed);
    while (console->hiding && !console->closing)
        uv_cond_wait(&console->changed, &console->mutex);
    console->hidden = false;
    bool closing = console->closing, begun = console->begun;
    uv_mutex_unlock(&console->mutex);
    if (!closing && is_there)
        jg_console_line_show(console, begun);
    else if (!closing)
        resume(console);
    return !closing;
}

/* Does what the loop has told the thread. False: the line is to be given up. */
static bool obey(struct jg_os_console *console)
{
    uv_mutex_lock(&console->mutex);
    bool given_up = console->closing || console->cancelled, hiding = console->hiding;
    bool was_resumed = console->was_resumed, was_resized = console->was_resized;
    console->was_resumed = console->was_resized = false;
    uv_mutex_unlock(&console->mutex);
    if (given_up || (hiding && !make_way(console)))
        return false;
    if (was_resized && !is_put_back())
        jg_console_line_resize(console);
    if (was_resumed)
        resume(console);
    return true;
}

enum { FOR_EVER = -1, HANG_UP_MS = 1000 };
enum wake_up { BYTE, WORD /* from the loop */, NOTHING };

static enum wake_up wait_for(const struct jg_os_console *console, int input, int milliseconds)
{
    eventfd_t ignored;
    struct pollfd either[] = {{.fd = input, .events = POLLIN}, {.fd = console->wake, .events = POLLIN}};
    int ready = poll(either, 2, milliseconds);
    if (ready == 0)
        return NOTHING;
    if (ready > 0 && either[1].revents == 0)
        return BYTE;
    if (ready > 0)
        eventfd_read(console->wake, &ignored);
    return WORD;
}

/* Waits until a byte can be read, or the terminal is gone. False: the line is to be given up. */
static bool wait_for_byte(struct jg_os_console *console)
{
    while (obey(console)) {
        if (wait_for(console, console->input, FOR_EVER) == BYTE)
            return true;
    }
    return false;
}

static bool wait_without_input(struct jg_os_console *console, int milliseconds)
{
    while (obey(console)) {
        if (wait_for(console, -1, milliseconds) == NOTHING)
            return true;
    }
    return false;
}

/*
** The terminal is gone. The kernel tells that by SIGHUP, but a moment later, and only whoever leads the session, who
** may keep it for himself: then it is we who tell. If SIGHUP is ignored, this is the end of the input. False: the line
** is to be given up.
*/
static bool wait_for_hang_up(struct jg_os_console *console)
{
    if (!wait_without_input(console, HANG_UP_MS))
        return false;
    jg_interrupt_hung_up();
    return wait_without_input(console, HANG_UP_MS);
}

/* Bytes of a character so far, the last one new. True: it is complete. Drops what is no UTF-8. */
static bool decode(char *bytes, size_t *length, wchar_t *key)
{
    for (;;) {
        mbstate_t state = {0};
        size_t used = mbrtowc(key, bytes, *length, &state);
        if (used == (size_t)-2)
            return false;
        if (used != (size_t)-1)
            return true;
        if (*length == 1) {
            *length = 0;
            return false;
        }
        bytes[0] = bytes[*length - 1];
        *length = 1;
    }
}

/* One byte at a time: what follows the line is somebody else's, such as a child's or io.read's. */
int jg_console_read_key(EditLine *editor, wchar_t *key)
{
    struct jg_os_console *console;
    char bytes[MB_LEN_MAX];
    size_t length = 0;
    el_get(editor, EL_CLIENTDATA, &console);
    for (;;) {
        if (!wait_for_byte(console)) {
            *key = L'\n';
            return 1;
        }
        ssize_t got = read(console->input, bytes + length, 1);
        if (got == -1 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0 && (got == 0 || errno == EIO) && !wait_for_hang_up(console))
            continue; /* to be given up */
        if (got <= 0)
            return (int)got;
        length++;
        if (!decode(bytes, &length, key))
            continue;
        if (*key != L'\0') /* a Ctrl-D that was typed before the editor began: libedit would quote the next key */
            return 1;
        length = 0;
    }
}
