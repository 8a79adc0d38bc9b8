/*
** exit.c: os.exit.
**
** Without `close` it is lua(1)'s, but output that is lost is a failure. With it, the pending <close> variables of the
** coroutine that calls it and of all tasks are closed, then the state. Lua's own would close those of the main thread
** only, and a script isn't that.
**
** All of it happens on the caller's stack of C and never returns. So a coroutine can be closed while it
** runs, or while it waits for one that it has resumed, just as lua_close does it to the main thread; and it
** makes no difference whether the caller could yield. An os.exit within takes over: what has been closed
** isn't pending any more, so that comes to an end.
*/
#include <lualib.h>
#include <stdlib.h>

#include "../host/output.h"
#include "bindings.h"

static int check_status(lua_State *L)
{
    if (lua_isboolean(L, 1))
        return lua_toboolean(L, 1) ? EXIT_SUCCESS : EXIT_FAILURE;
    return (int)luaL_optinteger(L, 1, EXIT_SUCCESS);
}

/* The error is below what to tell of it, which has no traceback worth showing: the stack is gone. */
static void complain(struct jg_host *host, lua_State *from, int index)
{
    lua_pushvalue(from, index);
    lua_xmove(from, host->L, 1);
    jg_complain(host->L, "error in a __close while the script exits: ");
}

/* Whoever is interrupted from now on is the one whose variables are being closed. */
static void close_coroutine(struct jg_host *host, lua_State *L)
{
    host->running = L;
    host->current = NULL;
    if (lua_resetthread(L) != LUA_OK)
        complain(host, L, -1);
    host->running = host->L; /* L may be collected */
}

/* `task`, or any one if it is NULL. False: it is over, or there is none. */
static bool close_task(struct jg_host *host, const struct jg_task *which)
{
    struct jg_task *task = jg_task_push_live(host->L, which);
    if (task == NULL)
        return false;
    host->running = task->L;
    jg_task_abandon(task);
    if (task->state == JG_TASK_FAILED) {
        task->observed = true;
        complain(host, task->L, -2);
    }
    host->running = host->L;
    lua_pop(host->L, 1);
    return true;
}

static void close_all(struct jg_host *host, lua_State *L)
{
    const struct jg_task *current = host->current;
    luaL_checkstack(host->L, LUA_MINSTACK, NULL);
    if (L != host->L)
        close_coroutine(host, L);
    if (current != NULL)
        close_task(host, current);
    if (host->main != NULL)
        close_task(host, host->main);
    while (close_task(host, NULL))
        continue;
}

/* os.exit([code [, close]]) */
static int leave(lua_State *L)
{
    int status = check_status(L);
    struct jg_host *host = jg_host_of(L);
    int interrupted_by = host->interrupted_by;
    if (lua_toboolean(L, 2)) {
        close_all(host, L);
        jg_host_close(host->L);
    }
    bool written = jg_output_finish(interrupted_by);
    exit(status == EXIT_SUCCESS && !written ? EXIT_FAILURE : status);
}

void jg_open_exit(lua_State *L)
{
    lua_getglobal(L, LUA_OSLIBNAME);
    lua_pushcfunction(L, leave);
    lua_setfield(L, -2, "exit");
    lua_pop(L, 1);
}
