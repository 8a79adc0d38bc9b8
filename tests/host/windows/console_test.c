/*
** console_test.c: what the line editor makes of what is typed.
*/
#include <uv.h> /* first: it has winsock2.h, which wants to be before windows.h */

#include <string.h>

#include "../../../host/windows/state.h"
#include "../check.h"
#include "typed.h"

static uv_loop_t loop;
static uv_async_t interrupted;
static struct jg_os_console *console;
static char line[256]; /* what came */
static bool asking, cancelled;

/* As bindings/console.c does it: an interrupt gives up the line that was asked for. */
static void on_wake(uv_async_t *wake)
{
    (void)wake;
    if (asking)
        jg_os_console_cancel(console);
}

static void on_interrupt(int signal, const char *name)
{
    (void)signal;
    (void)name;
    uv_async_send(&interrupted);
}

static void on_line(void *owner, const char *text, bool was_cancelled)
{
    (void)owner;
    asking = false;
    cancelled = was_cancelled;
    snprintf(line, sizeof line, "%s", text != NULL ? text : was_cancelled ? "(cancelled)" : "(end)");
}

static const char *ask(const wchar_t *first, const wchar_t *second)
{
    static const wchar_t *lines[3];
    lines[0] = first;
    lines[1] = second;
    typed = lines;
    typed_at = 0;
    asking = true;
    jg_os_console_ask(console, "> ");
    while (asking)
        uv_run(&loop, UV_RUN_ONCE);
    return line;
}

static void let_pass(unsigned milliseconds)
{
    Sleep(milliseconds);
    uv_run(&loop, UV_RUN_NOWAIT);
}

static void test_lines(void)
{
    CHECK(strcmp(ask(L"gr\xfcn \x20ac \xd83d\xde00\r\n", NULL), "gr\303\274n \342\202\254 \360\237\230\200") == 0);
    CHECK(strcmp(ask(L"\r\n", NULL), "") == 0 && !cancelled);
    CHECK(strcmp(ask(L"\x1a\r\n", NULL), "(end)") == 0);
    CHECK(strcmp(ask(L"\x04", NULL), "(end)") == 0);
    CHECK(strcmp(ask(NULL, NULL), "(end)") == 0);
}

/* It comes as an interrupt only after that. */
static void test_interrupt(void)
{
    CHECK(strcmp(ask(L"", NULL), "(cancelled)") == 0);
    let_pass(100);
    CHECK(strcmp(ask(L"next\r\n", NULL), "next") == 0 && !cancelled);
    typed_ignored = true;
    CHECK(strcmp(ask(L"", NULL), "(cancelled)") == 0);
    CHECK(strcmp(ask(L"next\r\n", NULL), "next") == 0 && !cancelled);
}

int main(void)
{
    static struct jg_shared shared;
    struct jg_err err;
    jg_state.shared = &shared;
    CHECK(uv_loop_init(&loop) == 0 && uv_async_init(&loop, &interrupted, on_wake) == 0);
    jg_os_interrupt_watch(on_interrupt);
    CHECK(jg_os_console_open(&console, &loop, NULL, on_line, NULL, &err));
    test_lines();
    test_interrupt();
    jg_os_console_close(console);
    uv_close((uv_handle_t *)&interrupted, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0);
    return check_result();
}
