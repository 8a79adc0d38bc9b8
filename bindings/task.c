/*
** task.c: the task as scripts see it: a coroutine that is a handle.
*/
#include <string.h>

#include "bindings.h"

enum { MOST_CANCELLING = 150 }; /* nested in each other */

static struct jg_task *check_task(lua_State *L)
{
    return luaL_checkudata(L, 1, "jghost.task");
}

/* Its values; or its error, which goes to whoever waits. */
static int push_result(lua_State *L, struct jg_handle *handle)
{
    struct jg_task *task = (struct jg_task *)handle;
    lua_State *from = task->L;
    if (task->state == JG_TASK_CANCELLED) {
        luaL_pushfail(L);
        lua_pushliteral(L, "cancelled");
        return 2;
    }
    if (task->state == JG_TASK_FAILED) {
        task->observed = true;
        lua_pushvalue(from, -2); /* below the traceback */
        lua_xmove(from, L, 1);
        return lua_error(L);
    }
    luaL_checkstack(from, task->values, "too many results");
    luaL_checkstack(L, task->values, "too many results");
    int first = lua_gettop(from) - task->values + 1;
    for (int i = 0; i < task->values; i++)
        lua_pushvalue(from, first + i);
    lua_xmove(from, L, task->values);
    return task->values;
}

const struct jg_handle_type *jg_task_type(void)
{
    static const struct jg_handle_type type = {"jghost.task", push_result, NULL};
    return &type;
}

/* task(function, ...) → task: it begins when this one waits next */
static int new_task(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    jg_task_push(L, lua_gettop(L) - 1);
    return 1;
}

/* A cancelling is a new beginning for Lua, which otherwise counts how deep C functions are nested. */
static void check_depth(lua_State *L, const struct jg_task *task)
{
    if (task->host->cancelling >= MOST_CANCELLING)
        luaL_error(L, "C stack overflow: too many tasks that each end another in a <close>");
}

/* task:cancel(): ends it where it waits; its pending <close> run */
static int cancel(lua_State *L)
{
    struct jg_task *task = check_task(L);
    check_depth(L, task);
    if (!jg_task_cancel(task))
        return luaL_error(L, "a task can't be cancelled while it is running");
    lua_pushboolean(L, 1);
    return 1;
}

/* tasks() → list of those that haven't ended */
static int list_tasks(lua_State *L)
{
    jg_task_push_all(L);
    luaL_setmetatable(L, "jghost.tasks");
    return 1;
}

static const char *state_name(const struct jg_task *task)
{
    static const char *const names[] = {"ready", "running", "waiting", "returned", "failed", "cancelled"};
    return names[task->state];
}

/* Of the error of a failed task, and of where a live one is. */
static int push_traceback(lua_State *L, struct jg_task *task)
{
    switch (task->state) {
    case JG_TASK_FAILED:
        lua_pushvalue(task->L, -1);
        lua_xmove(task->L, L, 1);
        return 1;
    case JG_TASK_READY:
    case JG_TASK_RUNNING:
    case JG_TASK_WAITING:
        luaL_traceback(L, task->L, NULL, 0);
        return 1;
    default:
        return 0;
    }
}

static int push_state(lua_State *L, struct jg_task *task)
{
    lua_pushstring(L, state_name(task));
    return 1;
}

static int push_name(lua_State *L, struct jg_task *task)
{
    (void)task;
    lua_getiuservalue(L, 1, JG_TASK_NAME);
    return 1;
}

static int push_place(lua_State *L, struct jg_task *task)
{
    lua_pushstring(L, task->place);
    return 1;
}

static int push_where(lua_State *L, struct jg_task *task)
{
    char where[JG_PLACE];
    if (task->handle.signalled)
        return 0;
    jg_place_of_stack(task->L, where);
    if (where[0] == '\0')
        return 0;
    lua_pushstring(L, where);
    return 1;
}

static int push_internal(lua_State *L, struct jg_task *task)
{
    lua_pushboolean(L, task->internal);
    return 1;
}

static const struct {
    const char *name;
    int (*push)(lua_State *L, struct jg_task *task);
} fields[] = {
    {"state", push_state}, {"traceback", push_traceback}, {"name", push_name},
    {"place", push_place}, {"where", push_where},         {"internal", push_internal},
};

static int get_field(lua_State *L)
{
    struct jg_task *task = check_task(L);
    const char *key = luaL_checkstring(L, 2);
    luaL_getmetafield(L, 1, "methods");
    if (lua_getfield(L, -1, key) != LUA_TNIL)
        return 1;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, key) == 0)
            return fields[i].push(L, task);
    }
    return 0;
}

/* task.name = text: nothing else can be set */
static int set_field(lua_State *L)
{
    check_task(L);
    const char *key = luaL_checkstring(L, 2);
    if (strcmp(key, "name") != 0)
        return luaL_error(L, "a task's field '%s' can't be set; its 'name' can", key);
    if (lua_type(L, 3) != LUA_TSTRING && !lua_isnil(L, 3))
        return luaL_error(L, "a task's name must be a string, not %s", jg_push_description(L, 3));
    lua_settop(L, 3);
    lua_setiuservalue(L, 1, JG_TASK_NAME);
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_task *task = check_task(L);
    lua_getiuservalue(L, 1, JG_TASK_NAME);
    const char *name = lua_tostring(L, -1);
    lua_pushfstring(L, "task %s%s(%s): %p", name != NULL ? name : "", name != NULL ? " " : "", state_name(task),
                    (void *)task);
    return 1;
}

/* A failed task that nobody waited for is a failure that nobody would hear of. */
static int collect(lua_State *L)
{
    struct jg_task *task = check_task(L);
    if (task->state != JG_TASK_FAILED || task->observed)
        return 0;
    task->observed = true;
    task->host->unheard++;
    lua_pushvalue(task->L, -1);
    lua_xmove(task->L, L, 1);
    jg_complain(L, "a task failed, and nobody waited for it: ");
    return 0;
}

static int close_task(lua_State *L)
{
    struct jg_task *task = check_task(L);
    if (task->state == JG_TASK_READY || task->state == JG_TASK_WAITING)
        check_depth(L, task);
    if (task->state != JG_TASK_RUNNING)
        jg_task_cancel(task);
    return 0;
}

void jg_open_task(lua_State *L)
{
    static const luaL_Reg methods[] = {{"cancel", cancel}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {{"__index", get_field}, {"__newindex", set_field}, {"__tostring", to_string},
                                           {"__gc", collect},      {"__close", close_task},   {NULL, NULL}};
    jg_new_handle_type(L, jg_task_type(), "task_methods", methods, metamethods);
    luaL_newmetatable(L, "jghost.tasks"); /* the scripts give it a __tostring */
    lua_setfield(L, -2, "tasks_metatable");
    lua_pushcfunction(L, list_tasks);
    lua_setfield(L, -2, "tasks");
    lua_pushcfunction(L, new_task);
    lua_setfield(L, -2, "task");
}
