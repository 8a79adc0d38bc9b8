/*
** console.c: a line editor on the terminal, on the side of the loop.
**
** What reads and edits is in a thread of its own: consoleedit.c. All that the two threads share is under
** one mutex, and an eventfd wakes the one that waits for keys.
*/
#define _GNU_SOURCE
#include "console.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { UV_HANDLES = 3 };

/* ---- asking ---- */

/* The thread waits for keys, or until it may show the line again. */
static void wake(struct jg_os_console *console)
{
    uv_cond_broadcast(&console->changed);
    eventfd_write(console->wake, 1);
}

static void on_posted(uv_async_t *posted)
{
    struct jg_os_console *console = posted->data;
    uv_mutex_lock(&console->mutex);
    bool finished = console->finished, cancelled = console->cancelled;
    char *line = console->line;
    if (finished) {
        console->asked = console->cancelled = console->finished = false;
        console->line = NULL;
    }
    uv_mutex_unlock(&console->mutex);
    if (!finished)
        return;
    uv_unref((uv_handle_t *)posted);
    console->deliver(console->owner, cancelled ? NULL : line, cancelled);
    free(line);
}

static void tell(struct jg_os_console *console, bool *flag)
{
    uv_mutex_lock(&console->mutex);
    *flag = true;
    uv_mutex_unlock(&console->mutex);
    wake(console);
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct jg_os_console *console = signal->data;
    tell(console, number == SIGCONT ? &console->was_resumed : &console->was_resized);
}

void jg_os_console_ask(struct jg_os_console *console, const char *prompt)
{
    char *copy = strdup(prompt);
    if (copy != NULL) {
        free(console->prompt); /* the thread doesn't use it: nothing is being asked for */
        console->prompt = copy;
    }
    uv_ref((uv_handle_t *)&console->posted);
    tell(console, &console->asked);
}

void jg_os_console_cancel(struct jg_os_console *console)
{
    uv_mutex_lock(&console->mutex);
    console->cancelled = console->asked;
    uv_mutex_unlock(&console->mutex);
    wake(console);
}

/* ---- printing while a line is asked for ---- */

void jg_os_console_hide(struct jg_os_console *console)
{
    uv_mutex_lock(&console->mutex);
    console->hiding = console->asked && !console->finished;
    wake(console);
    while (console->hiding && !console->hidden && !console->finished)
        uv_cond_wait(&console->changed, &console->mutex);
    uv_mutex_unlock(&console->mutex);
}

void jg_os_console_show(struct jg_os_console *console, bool begun)
{
    uv_mutex_lock(&console->mutex);
    console->hiding = false;
    console->begun = begun;
    wake(console);
    uv_mutex_unlock(&console->mutex);
}

/* ---- open and close ---- */

static void free_console(struct jg_os_console *console)
{
    jg_console_editor_close(console);
    if (console->wake != -1)
        close(console->wake);
    uv_cond_destroy(&console->changed);
    uv_mutex_destroy(&console->mutex);
    free(console->prompt);
    free(console->line);
}

static void on_closed(uv_handle_t *handle)
{
    struct jg_os_console *console = handle->data;
    if (--console->uv_handles == 0)
        free(console);
}

static void close_handles(struct jg_os_console *console)
{
    uv_close((uv_handle_t *)&console->posted, on_closed);
    uv_close((uv_handle_t *)&console->resumed, on_closed);
    uv_close((uv_handle_t *)&console->resized, on_closed);
}

static bool open_handles(struct jg_os_console *console, uv_loop_t *uv_loop, struct jg_err *err)
{
    int code = uv_async_init(uv_loop, &console->posted, on_posted);
    if (code != 0)
        return jg_err_set(err, -code, "cannot set up the line editor");
    uv_signal_init(uv_loop, &console->resumed);
    uv_signal_init(uv_loop, &console->resized);
    console->posted.data = console->resumed.data = console->resized.data = console;
    console->uv_handles = UV_HANDLES;
    uv_signal_start(&console->resumed, on_signal, SIGCONT);
    uv_signal_start(&console->resized, on_signal, SIGWINCH);
    uv_unref((uv_handle_t *)&console->posted);
    uv_unref((uv_handle_t *)&console->resumed);
    uv_unref((uv_handle_t *)&console->resized);
    code = jg_console_thread_start(console);
    if (code == 0)
        return true;
    return jg_err_set(err, -code, "cannot start the line editor's thread");
}

bool jg_os_console_open(struct jg_os_console **console, uv_loop_t *uv_loop, const char *history_file,
                        jg_os_console_line_fn *line, void *owner, struct jg_err *err)
{
    struct jg_os_console *new = calloc(1, sizeof *new);
    if (new == NULL)
        return jg_err_set(err, errno, "cannot allocate memory");
    new->deliver = line;
    new->owner = owner;
    uv_mutex_init(&new->mutex);
    uv_cond_init(&new->changed);
    new->prompt = strdup("");
    new->wake = eventfd(0, EFD_CLOEXEC);
    bool ok = new->wake != -1 && new->prompt != NULL;
    if (!ok)
        jg_err_set(err, errno, "cannot set up the line editor");
    ok = ok && jg_console_editor_open(new, history_file, err) && open_handles(new, uv_loop, err);
    if (ok) {
        *console = new;
        return true;
    }
    free_console(new);
    if (new->uv_handles == 0)
        free(new);
    else
        close_handles(new);
    return false;
}

void jg_os_console_close(struct jg_os_console *console)
{
    if (console == NULL)
        return;
    tell(console, &console->closing);
    uv_thread_join(&console->thread);
    free_console(console);
    close_handles(console);
}
