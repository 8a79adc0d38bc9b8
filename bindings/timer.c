/*
** timer.c: a handle that is signalled once, some time from now.
*/
#include "bindings.h"

struct jg_timer {
    struct jg_handle handle;
    struct jg_host *host;
    struct jg_alarm *alarm; /* NULL: closed, or it has rung */
};

static int push_result(lua_State *L, struct jg_handle *handle)
{
    (void)handle;
    lua_pushboolean(L, 1);
    return 1;
}

static const struct jg_handle_type timer_type = {"jghost.timer", push_result, NULL};

static struct jg_timer *check_timer(lua_State *L)
{
    return luaL_checkudata(L, 1, timer_type.name);
}

static void stop(struct jg_timer *timer)
{
    if (timer->alarm != NULL)
        jg_alarm_stop(timer->host, timer->alarm);
    timer->alarm = NULL;
}

static void ring(void *owner)
{
    struct jg_timer *timer = owner;
    stop(timer);
    jg_handle_signal(&timer->handle);
}

/* timer(seconds) → timer */
static int new_timer(lua_State *L)
{
    luaL_checknumber(L, 1);
    double seconds = jg_check_seconds(L, 1, 0);
    struct jg_timer *timer = lua_newuserdatauv(L, sizeof *timer, 0);
    *timer = (struct jg_timer){.handle.type = &timer_type, .host = jg_host_of(L)};
    luaL_setmetatable(L, timer_type.name);
    timer->alarm = jg_alarm_start(timer->host, seconds, ring, timer);
    if (timer->alarm == NULL)
        return luaL_error(L, "not enough memory");
    return 1;
}

/* timer:close(): it won't ring any more */
static int close_timer(lua_State *L)
{
    stop(check_timer(L));
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_timer *timer = check_timer(L);
    const char *state = timer->handle.signalled ? "has rung" : timer->alarm != NULL ? "running" : "closed";
    lua_pushfstring(L, "timer (%s): %p", state, (void *)timer);
    return 1;
}

void jg_open_timer(lua_State *L)
{
    static const luaL_Reg methods[] = {{"close", close_timer}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__tostring", to_string}, {"__gc", close_timer}, {"__close", close_timer}, {NULL, NULL}};
    jg_new_handle_type(L, &timer_type, "timer_methods", methods, metamethods);
    lua_pushcfunction(L, new_timer);
    lua_setfield(L, -2, "timer");
}
