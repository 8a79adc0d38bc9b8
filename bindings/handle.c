/*
** handle.c: what can be waited for, and who waits for it.
*/
#include "bindings.h"

static char is_handle; /* its address is a key in the metatables of handles */

static void unlink_waiter(struct jg_waiter *waiter)
{
    if (waiter->link == NULL)
        return;
    *waiter->link = waiter->next;
    if (waiter->next != NULL)
        waiter->next->link = waiter->link;
    waiter->link = NULL;
}

/* One more of its handles is signalled; is that enough? */
static bool count_signalled(struct jg_wait *wait, struct jg_handle *handle)
{
    if (wait->over)
        return false;
    if (wait->first == NULL)
        wait->first = handle;
    wait->over = --wait->needed == 0;
    return wait->over;
}

/* Who came first is served first. */
static void reverse_waiters(struct jg_handle *handle)
{
    struct jg_waiter *waiter = handle->waiters;
    handle->waiters = NULL;
    while (waiter != NULL) {
        struct jg_waiter *next = waiter->next;
        waiter->next = handle->waiters;
        if (waiter->next != NULL)
            waiter->next->link = &waiter->next;
        waiter->link = &handle->waiters;
        handle->waiters = waiter;
        waiter = next;
    }
}

void jg_handle_signal(struct jg_handle *handle)
{
    handle->signalled = true;
    reverse_waiters(handle);
    while (handle->waiters != NULL) {
        struct jg_waiter *waiter = handle->waiters;
        struct jg_wait *wait = waiter->wait;
        unlink_waiter(waiter);
        if (count_signalled(wait, handle) && wait->task != NULL)
            jg_task_make_ready(wait->task);
    }
}

void jg_handle_reset(struct jg_handle *handle)
{
    handle->signalled = false;
}

void jg_wait_join(struct jg_wait *wait, struct jg_waiter *waiter, struct jg_handle *handle)
{
    *waiter = (struct jg_waiter){.wait = wait};
    if (handle->signalled) {
        count_signalled(wait, handle);
        return;
    }
    waiter->next_joined = wait->waiters;
    wait->waiters = waiter;
    waiter->next = handle->waiters;
    waiter->link = &handle->waiters;
    if (waiter->next != NULL)
        waiter->next->link = &waiter->next;
    handle->waiters = waiter;
}

void jg_wait_leave(struct jg_wait *wait)
{
    for (; wait->waiters != NULL; wait->waiters = wait->waiters->next_joined)
        unlink_waiter(wait->waiters);
    if (wait->alarm != NULL)
        jg_alarm_stop(wait->host, wait->alarm);
    wait->alarm = NULL;
}

struct jg_handle *jg_handle_test(lua_State *L, int index)
{
    struct jg_handle *handle = lua_touserdata(L, index);
    if (handle == NULL || !lua_getmetatable(L, index))
        return NULL;
    bool is = lua_rawgetp(L, -1, &is_handle) == LUA_TBOOLEAN;
    lua_pop(L, 2);
    return is ? handle : NULL;
}

struct jg_handle *jg_handle_check(lua_State *L, int index)
{
    struct jg_handle *handle = jg_handle_test(L, index);
    if (handle == NULL)
        luaL_typeerror(L, index, "process, job, task, timer, event or stream");
    return handle;
}

void jg_new_handle_type(lua_State *L, const struct jg_handle_type *type, const char *noun, const luaL_Reg *methods,
                        const luaL_Reg *metamethods)
{
    luaL_newmetatable(L, type->name);
    luaL_setfuncs(L, metamethods, 0);
    lua_pushboolean(L, 1);
    lua_rawsetp(L, -2, &is_handle);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcfunction(L, jg_handle_wait);
    lua_setfield(L, -2, "wait");
    if (lua_getfield(L, -2, "__index") == LUA_TNIL) {
        lua_pushvalue(L, -2);
        lua_setfield(L, -4, "__index");
    }
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "methods");
    lua_setfield(L, -3, noun);
    lua_pop(L, 1);
}
