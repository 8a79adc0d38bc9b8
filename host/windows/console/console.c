/*
** console.c: the line editor, which is the console's own.
**
** ReadConsoleW edits, keeps a history and completes surrogate pairs, but it blocks: so it is called in a thread of its
** own, which posts the finished line to the loop. What ends a read early is a Return that we type ourselves.
*/
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "../state.h"
#include "../wide.h"

enum { LINE_LENGTH = 8192 /* characters; the console takes no more in one read */, CTRL_D = 4, CTRL_Z = 26 };
enum { ENDED = -1, BROKEN_OFF = -2 }; /* instead of a line's length */

#define INTERRUPT_WITHIN 300000000 /* nanoseconds */

struct jg_os_console {
    uv_async_t posted;
    jg_os_console_line_fn *deliver;
    void *owner;
    HANDLE input, output;
    HANDLE asking; /* event: a line is wanted, or the thread is to end */
    uv_thread_t thread;
    uv_mutex_t mutex;
    uv_cond_t given_up;               /* `cancelled` has been set */
    bool reading, cancelled, closing; /* the loop tells the thread */
    bool finished;                    /* the thread tells the loop */
    char *prompt, *line;
};

/* ---- the thread ---- */

static void show_prompt(const struct jg_os_console *console)
{
    DWORD written;
    wchar_t *wide = jg_wide(console->prompt);
    if (wide != NULL)
        WriteConsoleW(console->output, wide, (DWORD)wcslen(wide), &written, NULL);
    free(wide);
}

/* Reads a line, and says how long it is. */
static int read_line(const struct jg_os_console *console, wchar_t *text)
{
    CONSOLE_READCONSOLE_CONTROL control = {.nLength = sizeof control, .dwCtrlWakeupMask = 1 << CTRL_D};
    DWORD count = 0;
    for (;;) {
        SetLastError(ERROR_SUCCESS);
        if (!ReadConsoleW(console->input, text, LINE_LENGTH - 1, &count, &control))
            return ENDED;
        if (count == 0)
            return GetLastError() == ERROR_OPERATION_ABORTED ? BROKEN_OFF : ENDED;
        wchar_t *end = wmemchr(text, CTRL_D, count);
        if (end == NULL)
            break;
        if (end == text)
            return ENDED;
        wmemmove(end, end + 1, count - (DWORD)(end - text) - 1); /* goes on with what was typed around it */
        control.nInitialChars = count - 1;
    }
    while (count > 0 && (text[count - 1] == '\n' || text[count - 1] == '\r'))
        count--;
    text[count] = L'\0';
    return text[0] == CTRL_Z ? ENDED : (int)count;
}

/* A Ctrl-C breaks a read off, maybe before it comes as an interrupt, for which the loop gives the line up: it isn't to
** give up the next one. If this process was started to ignore it, it doesn't come. */
static void await_interrupt(struct jg_os_console *console)
{
    uv_mutex_lock(&console->mutex);
    int code = 0;
    while (!console->cancelled && code == 0)
        code = uv_cond_timedwait(&console->given_up, &console->mutex, INTERRUPT_WITHIN);
    console->cancelled = true;
    uv_mutex_unlock(&console->mutex);
}

static void post(struct jg_os_console *console, char *line)
{
    uv_mutex_lock(&console->mutex);
    bool given_up = console->cancelled;
    console->reading = false;
    console->line = line;
    console->finished = true;
    uv_mutex_unlock(&console->mutex);
    if (given_up)
        FlushConsoleInputBuffer(console->input); /* our Return may not have been read */
    uv_async_send(&console->posted);
}

static bool wait_until_asked(struct jg_os_console *console)
{
    WaitForSingleObject(console->asking, INFINITE);
    uv_mutex_lock(&console->mutex);
    bool closing = console->closing, given_up = console->cancelled;
    console->reading = !closing && !given_up;
    uv_mutex_unlock(&console->mutex);
    if (given_up && !closing)
        post(console, NULL);
    return !closing;
}

static void thread_main(void *argument)
{
    static wchar_t text[LINE_LENGTH];
    struct jg_os_console *console = argument;
    while (wait_until_asked(console)) {
        if (!console->reading)
            continue;
        show_prompt(console);
        int length = read_line(console, text);
        if (length == BROKEN_OFF)
            await_interrupt(console);
        post(console, length < 0 ? NULL : jg_narrow(text));
    }
}

/* ---- the loop's side ---- */

static void on_posted(uv_async_t *posted)
{
    struct jg_os_console *console = posted->data;
    uv_mutex_lock(&console->mutex);
    bool finished = console->finished, cancelled = console->cancelled;
    char *line = console->line;
    console->finished = console->cancelled = false;
    console->line = NULL;
    uv_mutex_unlock(&console->mutex);
    if (!finished)
        return;
    uv_unref((uv_handle_t *)posted);
    console->deliver(console->owner, cancelled ? NULL : line, cancelled);
    free(line);
}

void jg_os_console_ask(struct jg_os_console *console, const char *prompt)
{
    free(console->prompt); /* the thread doesn't use it: nothing is being asked for */
    console->prompt = _strdup(prompt);
    uv_ref((uv_handle_t *)&console->posted);
    SetEvent(console->asking);
}

static void type_return(const struct jg_os_console *console)
{
    INPUT_RECORD key = {.EventType = KEY_EVENT};
    DWORD written;
    key.Event.KeyEvent.bKeyDown = TRUE;
    key.Event.KeyEvent.wRepeatCount = 1;
    key.Event.KeyEvent.wVirtualKeyCode = VK_RETURN;
    key.Event.KeyEvent.wVirtualScanCode = (WORD)MapVirtualKeyW(VK_RETURN, MAPVK_VK_TO_VSC);
    key.Event.KeyEvent.uChar.UnicodeChar = L'\r';
    WriteConsoleInputW(console->input, &key, 1, &written);
}

/* Ends the read that the thread may be in. */
static void give_up(struct jg_os_console *console)
{
    console->cancelled = true;
    uv_cond_signal(&console->given_up);
    if (console->reading)
        type_return(console);
}

void jg_os_console_cancel(struct jg_os_console *console)
{
    uv_mutex_lock(&console->mutex);
    give_up(console);
    uv_mutex_unlock(&console->mutex);
}

/* Nobody can tell the console's own editor where its line is to be. */
void jg_os_console_hide(struct jg_os_console *console)
{
    (void)console;
}

void jg_os_console_show(struct jg_os_console *console, bool begun)
{
    (void)console;
    (void)begun;
}

/* ---- open and close ---- */

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void free_parts(struct jg_os_console *console)
{
    uv_cond_destroy(&console->given_up);
    uv_mutex_destroy(&console->mutex);
    if (console->asking != NULL)
        CloseHandle(console->asking);
    free(console->prompt);
    free(console->line);
}

static bool start(struct jg_os_console *console, uv_loop_t *uv_loop, struct jg_err *err)
{
    console->asking = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (console->asking == NULL)
        return jg_err_set(err, (int)GetLastError(), "cannot set up the line editor");
    int code = uv_async_init(uv_loop, &console->posted, on_posted);
    if (code != 0)
        return jg_err_set(err, -code, "cannot set up the line editor");
    console->posted.data = console;
    uv_unref((uv_handle_t *)&console->posted);
    code = uv_thread_create(&console->thread, thread_main, console);
    if (code == 0)
        return true;
    free_parts(console);
    uv_close((uv_handle_t *)&console->posted, on_closed);
    return jg_err_set(err, -code, "cannot start the line editor's thread");
}

/* The history is the console's, which keeps it as long as it is open: no file. */
bool jg_os_console_open(struct jg_os_console **result, uv_loop_t *uv_loop, const char *history,
                        jg_os_console_line_fn *line, void *owner, struct jg_err *err)
{
    (void)history;
    if (!jg_os_is_terminal(0) || !jg_os_is_terminal(1))
        return jg_err_set(err, ERROR_INVALID_HANDLE, "cannot edit lines without a terminal");
    struct jg_os_console *console = calloc(1, sizeof *console);
    if (console == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot set up the line editor");
    console->deliver = line;
    console->owner = owner;
    console->input = GetStdHandle(STD_INPUT_HANDLE);
    console->output = GetStdHandle(STD_OUTPUT_HANDLE);
    uv_mutex_init(&console->mutex);
    uv_cond_init(&console->given_up);
    if (!start(console, uv_loop, err)) {
        if (console->posted.data == NULL) {
            free_parts(console);
            free(console);
        }
        return false;
    }
    *result = console;
    return true;
}

void jg_os_console_close(struct jg_os_console *console)
{
    if (console == NULL)
        return;
    uv_mutex_lock(&console->mutex);
    console->closing = true;
    give_up(console);
    uv_mutex_unlock(&console->mutex);
    SetEvent(console->asking);
    uv_thread_join(&console->thread);
    free_parts(console);
    uv_close((uv_handle_t *)&console->posted, on_closed);
}
