/*
** coroutine.c: coroutine.resume and coroutine.wrap.
**
** They are lua(1)'s, but tell the host who is running: an interrupt is raised in the coroutine that the script is in,
** and not only when that gives way.
*/
#include <lualib.h>

#include "bindings.h"

/* One that has come before this was meant for whose turn it was then. */
static void set_running(struct jg_host *host, lua_State *L)
{
    host->running = L;
    if (host->interrupt != 0)
        jg_host_arm_interrupt(L);
}

/* lua_resume, which comes back whatever the coroutine does. */
static int resume(lua_State *L, lua_State *co, int arguments, int *results)
{
    struct jg_host *host = jg_host_of(L);
    lua_State *previous = host->running;
    if (previous == NULL) /* the state is being closed, and nobody is interrupted any more */
        return lua_resume(co, L, arguments, results);
    set_running(host, co);
    int status = lua_resume(co, L, arguments, results);
    set_running(host, previous);
    return status;
}

/* Moves the arguments there, and what comes of them here. Negative: it is a message. */
static int go_on(lua_State *L, lua_State *co, int arguments)
{
    int results = 0;
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    int status = resume(L, co, arguments, &results);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

/* coroutine.resume(coroutine, ...) */
static int resume_coroutine(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co != NULL, 1, "thread");
    int results = go_on(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    lua_insert(L, results >= 0 ? -(results + 1) : -2);
    return results >= 0 ? results + 1 : 2;
}

/* A message gets the position where the function was called. */
static int propagate(lua_State *L, lua_State *co)
{
    int status = lua_status(co);
    if (status != LUA_OK && status != LUA_YIELD) { /* it has failed: its variables are closed */
        status = lua_resetthread(co);
        lua_xmove(co, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int call_wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = go_on(L, co, lua_gettop(L));
    return results >= 0 ? results : propagate(L, co);
}

/* coroutine.wrap(function) */
static int wrap(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

void jg_open_coroutine(lua_State *L)
{
    static const luaL_Reg functions[] = {{"resume", resume_coroutine}, {"wrap", wrap}, {NULL, NULL}};
    lua_getglobal(L, LUA_COLIBNAME);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
