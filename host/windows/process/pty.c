/*
** pty.c: terminals for processes: pseudoconsoles, which Windows has since 10, version 1809.
**
** A pseudoconsole is a process of the system's, born in the run's own job as whatever we start. It paints what its
** clients write to a screen that nobody sees, and writes to a pipe what a terminal needs to show the same. It never
** ends by itself; and closing it waits, before Windows 11 24H2, until what it has to say has been read. So that is done
** in a thread, and the end of the pipe tells that it is done.
*/
#include <uv.h> /* first: it has winsock2.h, which wants to be before windows.h */

#include "pty.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>

#include "../native.h"

typedef HRESULT WINAPI create_fn(COORD size, HANDLE input, HANDLE output, DWORD flags, void **console);
typedef HRESULT WINAPI resize_fn(void *console, COORD size);
typedef void WINAPI close_fn(void *console);

struct jg_os_pty {
    void *console;
};

void *jg_pty_console(const struct jg_os_pty *pty)
{
    return pty->console;
}

/* The system's functions, where it has them. */
static struct {
    create_fn *create;
    resize_fn *resize;
    close_fn *close;
} system_calls;

static bool find_system_calls(struct jg_err *err)
{
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    system_calls.create = (create_fn *)(void (*)(void))GetProcAddress(kernel, "CreatePseudoConsole");
    system_calls.resize = (resize_fn *)(void (*)(void))GetProcAddress(kernel, "ResizePseudoConsole");
    system_calls.close = (close_fn *)(void (*)(void))GetProcAddress(kernel, "ClosePseudoConsole");
    bool found = system_calls.create != NULL && system_calls.resize != NULL && system_calls.close != NULL;
    return found || jg_err_set(err, JG_NATIVE_NO_PSEUDOCONSOLE, "cannot make a terminal");
}

static bool check(HRESULT result, const char *what, struct jg_err *err)
{
    if (SUCCEEDED(result))
        return true;
    int code = result == E_NOTIMPL ? ERROR_CALL_NOT_IMPLEMENTED : (int)result;
    return jg_err_set(err, HRESULT_FACILITY(code) == FACILITY_WIN32 ? HRESULT_CODE(code) : code, what);
}

static void close_both(const int descriptors[2])
{
    _close(descriptors[0]);
    _close(descriptors[1]);
}

static COORD size_of(int rows, int columns)
{
    return (COORD){.X = (SHORT)columns, .Y = (SHORT)rows};
}

/* The console's ends are copied by the system, and ours is for libuv's way of reading and writing. */
static bool create(struct jg_os_pty *pty, COORD size, int descriptors[2], struct jg_err *err)
{
    uv_file shown[2], typed[2];
    int code = uv_pipe(shown, UV_NONBLOCK_PIPE, 0);
    if (code != 0)
        return jg_err_set(err, -code, "cannot make a terminal");
    code = uv_pipe(typed, 0, UV_NONBLOCK_PIPE);
    if (code != 0) {
        close_both(shown);
        return jg_err_set(err, -code, "cannot make a terminal");
    }
    HRESULT result =
        system_calls.create(size, (HANDLE)_get_osfhandle(typed[0]), (HANDLE)_get_osfhandle(shown[1]), 0, &pty->console);
    close_both((int[]){typed[0], shown[1]});
    descriptors[0] = shown[0];
    descriptors[1] = typed[1];
    if (!check(result, "cannot make a terminal", err)) {
        close_both(descriptors);
        return false;
    }
    return true;
}

bool jg_os_pty_open(struct jg_os_pty **result, int rows, int columns, int descriptors[2], struct jg_err *err)
{
    if (!find_system_calls(err))
        return false;
    struct jg_os_pty *pty = calloc(1, sizeof *pty);
    if (pty == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot make a terminal");
    if (!create(pty, size_of(rows, columns), descriptors, err)) {
        free(pty);
        return false;
    }
    *result = pty;
    return true;
}

/* Who has it isn't to be known: see holds.c. */
void jg_os_pty_identify(const struct jg_os_pty *pty, struct jg_os_identity *identity)
{
    (void)pty;
    *identity = (struct jg_os_identity){0};
}

bool jg_os_pty_resize(struct jg_os_pty *pty, int rows, int columns, struct jg_err *err)
{
    return check(system_calls.resize(pty->console, size_of(rows, columns)), "cannot set the terminal's size", err);
}

/* The Enter key sends a carriage return; a newline would be Ctrl-Enter, which ends no line. */
size_t jg_os_pty_type(char *text, size_t length)
{
    size_t used = 0;
    char before = '\0';
    for (size_t i = 0; i < length; i++) {
        char typed = text[i];
        if (typed != '\n' || before != '\r')
            text[used++] = typed == '\n' ? '\r' : typed;
        before = typed;
    }
    return used;
}

const char *jg_os_pty_end_of_input(void)
{
    return "\x1a\r"; /* Ctrl-Z and Enter */
}

static DWORD WINAPI close_console(void *argument)
{
    struct jg_os_pty *pty = argument;
    system_calls.close(pty->console);
    free(pty);
    return 0;
}

/* If there is no thread to be had, the console stays until the run ends, and so does what is to be read. */
bool jg_os_pty_hang_up(struct jg_os_pty *pty, jg_os_pty_shown_fn *shown, void *owner)
{
    (void)shown;
    (void)owner;
    return !QueueUserWorkItem(close_console, pty, WT_EXECUTELONGFUNCTION);
}
