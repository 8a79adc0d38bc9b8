/*
** console.c: the prompt: a line editor that is waited for like anything else, and what makes an
** interrupt at a prompt, or of a statement that was typed there, no end of the run.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../host/output.h"
#include "bindings.h"

static const char *const type_name = "jghost.console";

struct jg_console {
    struct jg_handle handle; /* signalled when the line that was asked for has come */
    struct jg_host *host;
    struct jg_os_console *os; /* NULL: closed */
    bool asking;
    bool interrupted; /* the line has been given up, but hasn't come yet */
    bool cancelled;
    bool hidden; /* the line isn't on the screen, since something is being printed */
    bool begun;  /* which isn't a whole line yet */
    char *line;  /* NULL: cancelled, or the end of input */
};

static struct jg_console *check_console(lua_State *L)
{
    return luaL_checkudata(L, 1, type_name);
}

static struct jg_console *check_open(lua_State *L)
{
    struct jg_console *console = check_console(L);
    if (console->os == NULL)
        luaL_error(L, "attempt to use a closed console");
    return console;
}

static void on_line(void *owner, const char *line, bool cancelled)
{
    struct jg_console *console = owner;
    console->asking = console->interrupted = false;
    console->cancelled = cancelled;
    console->line = line == NULL ? NULL : strdup(line);
    jg_handle_signal(&console->handle);
}

/* console([history]) → console, or nil, message, code, name; `history`: the file that keeps it */
static int new_console(lua_State *L)
{
    struct jg_err err;
    struct jg_host *host = jg_host_of(L);
    const char *history = luaL_optstring(L, 1, NULL);
    if (host->console != NULL)
        return luaL_error(L, "there is a console already");
    struct jg_console *console = lua_newuserdatauv(L, sizeof *console, 0);
    *console = (struct jg_console){.host = host};
    luaL_setmetatable(L, type_name);
    if (!jg_os_console_open(&console->os, &host->uv, history, on_line, console, &err))
        return jg_fail(L, &err, NULL);
    host->console = console;
    return 1;
}

static int push_line(lua_State *L, int status, lua_KContext context)
{
    struct jg_console *console = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    if (console->host->interrupt == 0)
        jg_host_interrupt_consumed(console->host);
    if (console->line != NULL) {
        lua_pushstring(L, console->line);
        free(console->line);
        console->line = NULL;
        return 1;
    }
    luaL_pushfail(L);
    if (!console->cancelled)
        return 1;
    lua_pushliteral(L, "interrupted");
    return 2;
}

/*
** console:ask(prompt) → line; nil at the end of input; nil, "interrupted" if it was given up. If an
** earlier wait for a line was broken off by an error, the user is still typing it: this waits on.
*/
static int ask(lua_State *L)
{
    struct jg_console *console = check_open(L);
    const char *prompt = luaL_checkstring(L, 2);
    if (console->handle.waiters != NULL)
        return luaL_error(L, "another task waits for the line already");
    if (!console->asking) {
        free(console->line);
        console->line = NULL;
        console->asking = true;
        jg_handle_reset(&console->handle);
        jg_os_console_ask(console->os, prompt);
    }
    lua_settop(L, 1);
    return jg_wait_one(L, &console->handle, INFINITY, push_line, 0);
}

/* console:cancel(): gives up the line that is being typed */
static int cancel(lua_State *L)
{
    struct jg_console *console = check_open(L);
    if (console->asking)
        jg_os_console_cancel(console->os);
    return 0;
}

/* console:close(): the terminal is as it was before */
static int close_console(lua_State *L)
{
    struct jg_console *console = check_console(L);
    if (console->os == NULL)
        return 0;
    jg_os_console_close(console->os);
    console->os = NULL;
    console->host->console = NULL;
    if (console->asking)
        on_line(console, NULL, true);
    return 0;
}

static int collect(lua_State *L)
{
    struct jg_console *console = check_console(L);
    close_console(L);
    free(console->line);
    console->line = NULL;
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_console *console = check_console(L);
    const char *state = console->os == NULL ? "closed" : console->asking ? "asking" : "open";
    lua_pushfstring(L, "console (%s): %p", state, (void *)console);
    return 1;
}

void jg_console_printing(struct jg_host *host, bool is_begun)
{
    struct jg_console *console = host->console;
    if (console == NULL || !console->asking)
        return;
    if (!console->hidden)
        jg_os_console_hide(console->os);
    console->hidden = true;
    console->begun = is_begun;
}

void jg_console_show(struct jg_host *host)
{
    struct jg_console *console = host->console;
    if (console == NULL || !console->hidden)
        return;
    jg_output_flush();
    jg_os_console_show(console->os, console->begun);
    console->hidden = console->begun = false;
}

bool jg_console_interrupt(struct jg_host *host)
{
    struct jg_console *console = host->console;
    if (console == NULL || !console->asking)
        return false;
    console->interrupted = true;
    jg_os_console_cancel(console->os);
    return true;
}

bool jg_console_blocked(const struct jg_host *host)
{
    return host->interrupt == SIGINT && host->console != NULL && host->console->interrupted;
}

/* ---- who has a prompt goes on after an interrupt ---- */

/* An interrupt that was raised has been dealt with by now. Only Ctrl-C is meant for the statement, the
** others for the run. */
static void settle_interrupt(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    if (host->interrupt != 0 || host->interrupted_by == 0 || jg_host_interrupt_consumed(host))
        return;
    luaL_error(L, "interrupted by %s", host->interrupt_name);
}

static int push_all(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* Calls its first argument, unless an interrupt has come before. */
static int begin(lua_State *L)
{
    jg_schedule_raise_interrupt(L);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, push_all);
    return push_all(L, LUA_OK, 0);
}

static int finish_interruptible(lua_State *L, int status, lua_KContext was_deferred)
{
    jg_host_of(L)->deferred = (int)was_deferred;
    settle_interrupt(L);
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - 2;
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
}

/*
** interruptible(function, handler, ...): xpcall, and an interrupt ends the function, not the run. In
** as_main it is the only place where one is raised.
*/
static int interruptible(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    int was_deferred = host->deferred;
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushboolean(L, 1);
    lua_pushcfunction(L, begin);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 3); /* function, handler, true, begin, function, ... */
    host->deferred = 0;
    int status = lua_pcallk(L, lua_gettop(L) - 4, LUA_MULTRET, 2, was_deferred, finish_interruptible);
    return finish_interruptible(L, status, was_deferred);
}

/*
** as_main(function): calls it as a task that takes the main one's place: interrupts go to it, at a wait
** and within `interruptible`; elsewhere they are kept until then.
*/
static int as_main(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    settle_interrupt(L);
    jg_schedule_check_depth(L);
    int was_deferred = host->deferred;
    host->deferred = 1;
    int status = jg_host_call(L, 0, 0);
    host->deferred = was_deferred;
    return status == LUA_OK ? 0 : lua_error(L);
}

void jg_open_console(lua_State *L)
{
    static const luaL_Reg methods[] = {{"ask", ask}, {"cancel", cancel}, {"close", close_console}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__index", NULL}, {"__tostring", to_string}, {"__gc", collect}, {"__close", close_console}, {NULL, NULL}};
    static const luaL_Reg functions[] = {
        {"console", new_console}, {"interruptible", interruptible}, {"as_main", as_main}, {NULL, NULL}};
    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
