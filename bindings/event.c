/*
** event.c: a handle that the script itself signals.
*/
#include "bindings.h"

static int push_result(lua_State *L, struct jg_handle *handle)
{
    (void)handle;
    lua_pushboolean(L, 1);
    return 1;
}

static const struct jg_handle_type event_type = {"jghost.event", push_result, NULL};

static struct jg_handle *check_event(lua_State *L)
{
    return luaL_checkudata(L, 1, event_type.name);
}

/* event() → event, not set */
static int new_event(lua_State *L)
{
    struct jg_handle *event = lua_newuserdatauv(L, sizeof *event, 0);
    *event = (struct jg_handle){.type = &event_type};
    luaL_setmetatable(L, event_type.name);
    return 1;
}

/* event:set(): whoever waits goes on, and whoever will, until it is reset */
static int set(lua_State *L)
{
    jg_handle_signal(check_event(L));
    return 0;
}

/* event:reset() */
static int reset(lua_State *L)
{
    jg_handle_reset(check_event(L));
    return 0;
}

/* event:is_set() */
static int is_set(lua_State *L)
{
    lua_pushboolean(L, check_event(L)->signalled);
    return 1;
}

static int to_string(lua_State *L)
{
    struct jg_handle *event = check_event(L);
    lua_pushfstring(L, "event (%s): %p", event->signalled ? "set" : "not set", (void *)event);
    return 1;
}

static int close_event(lua_State *L)
{
    check_event(L);
    return 0;
}

void jg_open_event(lua_State *L)
{
    static const luaL_Reg methods[] = {{"set", set}, {"reset", reset}, {"is_set", is_set}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__tostring", to_string}, {"__gc", close_event}, {"__close", close_event}, {NULL, NULL}};
    jg_new_handle_type(L, &event_type, "event_methods", methods, metamethods);
    lua_pushcfunction(L, new_event);
    lua_setfield(L, -2, "event");
}
