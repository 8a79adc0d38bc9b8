/*
** wait.c: waiting, by yielding where Lua can and by running the loop where it can't.
*/
#include <limits.h>
#include <math.h>

#include "bindings.h"

struct jg_outcome jg_wait_outcome(lua_State *L)
{
    return jg_host_of(L)->outcome;
}

static void ring(void *owner)
{
    struct jg_wait *wait = owner;
    if (wait->over)
        return;
    wait->over = true;
    wait->timed_out = true;
    if (wait->task != NULL)
        jg_task_make_ready(wait->task);
}

static int leave_on_gc(lua_State *L)
{
    jg_wait_leave(lua_touserdata(L, 1));
    return 0;
}

/* In a task's own coroutine; not in one that the script made inside it, nor below a C call. */
static bool can_yield(lua_State *L)
{
    struct jg_task *task = jg_host_of(L)->current;
    return task != NULL && task->L == L && lua_isyieldable(L);
}

struct jg_wait *jg_wait_begin(lua_State *L, size_t needed)
{
    struct jg_host *host = jg_host_of(L);
    struct jg_task *task = NULL;
    struct jg_wait *wait;
    if (can_yield(L)) {
        lua_pushnil(L);
        task = host->current;
        wait = &task->wait;
    } else {
        wait = lua_newuserdatauv(L, sizeof *wait, 1);
        *wait = (struct jg_wait){0};
        luaL_setmetatable(L, "jghost.wait");
    }
    *wait = (struct jg_wait){.task = task, .host = host, .needed = needed};
    return wait;
}

/* The waiters, on top of the stack, must not be collected before the wait that has joined by them. */
void jg_wait_keep(lua_State *L, struct jg_wait *wait)
{
    if (wait->task != NULL)
        return; /* a task leaves its wait before its stack is given up */
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, -3, 1);
}

/* Adds to the text on top of the stack, above the task, where that waits. False: that isn't in the script. */
static bool add_place(lua_State *L, const struct jg_task *task, const char *before)
{
    char where[JG_PLACE];
    if (!jg_place_of_stack(task->L, where))
        return false;
    lua_getiuservalue(L, -2, JG_TASK_NAME);
    if (lua_isstring(L, -1))
        lua_pushfstring(L, "%s%s at %s", before, lua_tostring(L, -1), where);
    else
        lua_pushfstring(L, "%s%s", before, where);
    lua_remove(L, -2);
    lua_concat(L, 2);
    return true;
}

/* Pushes where other tasks than the one that runs `L` wait; of many, the first few. */
static const char *push_others(lua_State *L)
{
    enum { SHOWN = 5 };
    int shown = 0;
    jg_task_push_all(L);
    int list = lua_gettop(L);
    lua_pushliteral(L, "");
    for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; i++) {
        const struct jg_task *task = lua_touserdata(L, -1);
        lua_insert(L, -2);
        if (task->state == JG_TASK_WAITING && task->L != L && shown <= SHOWN) {
            const char *before = shown == 0 ? "; others wait, too: " : ", ";
            if (shown < SHOWN)
                shown += add_place(L, task, before);
            else
                shown++, lua_pushliteral(L, ", ..."), lua_concat(L, 2);
        }
        lua_remove(L, -2);
    }
    lua_pop(L, 1);
    lua_remove(L, list);
    return lua_tostring(L, -1);
}

/* Nothing that is left could end the wait: better an error than to hang for ever. */
static int raise_stranded(lua_State *L)
{
    luaL_checkstack(L, 12, "deadlock");
    const char *others = push_others(L);
    return luaL_error(L, "deadlock: this waits, and nothing is left that could end the wait%s", others);
}

/* coroutine.resume of a task that waits: its wait isn't over, and can't be gone on with. */
static int raise_resumed(lua_State *L, struct jg_task *task)
{
    if (task->state == JG_TASK_WAITING) {
        jg_wait_leave(&task->wait);
        jg_task_make_ready(task); /* to be found ended */
    }
    return luaL_error(L, "attempt to resume the coroutine of a task, which only its wait's end does");
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct jg_task *task = (struct jg_task *)context;
    if (task->host->current != task)
        return raise_resumed(L, task);
    jg_wait_leave(&task->wait);
    if (task->stranded) {
        task->stranded = false;
        return raise_stranded(L);
    }
    if (task->interrupted) {
        task->interrupted = false;
        jg_schedule_raise_interrupt(L);
    }
    return task->k(L, status, task->context);
}

bool jg_wait_strand(struct jg_host *host)
{
    struct jg_task *main = host->main;
    if (main == NULL || main->state != JG_TASK_WAITING)
        return false;
    main->stranded = true;
    jg_wait_leave(&main->wait);
    jg_task_make_ready(main);
    return true;
}

/* If this raises, the wait's __gc leaves what it has joined. */
static int run_loop(lua_State *L, struct jg_wait *wait, lua_KFunction k, lua_KContext context)
{
    struct jg_host *host = wait->host;
    jg_schedule_check_depth(L);
    while (!wait->over) {
        bool alive = jg_schedule_turn(host, &wait->over);
        if (!wait->over && jg_schedule_interrupted(host)) {
            jg_wait_leave(wait);
            jg_schedule_raise_interrupt(L);
        }
        if (!alive && !jg_wait_strand(host)) {
            jg_wait_leave(wait);
            return raise_stranded(L);
        }
    }
    jg_wait_leave(wait);
    host->outcome = (struct jg_outcome){wait->timed_out, wait->first};
    return k(L, LUA_OK, context);
}

int jg_wait_run(lua_State *L, struct jg_wait *wait, double seconds, lua_KFunction k, lua_KContext context)
{
    struct jg_host *host = wait->host;
    struct jg_task *task = wait->task;
    if (wait->over) {
        jg_wait_leave(wait);
        host->outcome = (struct jg_outcome){false, wait->first};
        return k(L, LUA_OK, context);
    }
    if (isfinite(seconds)) {
        wait->alarm = jg_alarm_start(host, seconds, ring, wait);
        if (wait->alarm == NULL) {
            jg_wait_leave(wait);
            return luaL_error(L, "not enough memory");
        }
    }
    if (task == NULL)
        return run_loop(L, wait, k, context);
    task->k = k;
    task->context = context;
    task->state = JG_TASK_WAITING;
    return lua_yieldk(L, 0, (lua_KContext)task, go_on);
}

int jg_wait_one(lua_State *L, struct jg_handle *handle, double seconds, lua_KFunction k, lua_KContext context)
{
    if (handle->signalled) {
        jg_host_of(L)->outcome = (struct jg_outcome){false, handle};
        return k(L, LUA_OK, context);
    }
    struct jg_wait *wait = jg_wait_begin(L, 1);
    struct jg_waiter *waiter;
    if (wait->task != NULL) {
        waiter = &wait->task->waiter;
    } else {
        waiter = lua_newuserdatauv(L, sizeof *waiter, 0);
        jg_wait_keep(L, wait);
    }
    jg_wait_join(wait, waiter, handle);
    return jg_wait_run(L, wait, seconds, k, context);
}

static int push_handle_result(lua_State *L, int status, lua_KContext context)
{
    struct jg_handle *handle = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    if (jg_wait_outcome(L).timed_out)
        return jg_fail_timeout(L);
    return handle->type->push_result(L, handle);
}

int jg_handle_wait(lua_State *L)
{
    struct jg_handle *handle = jg_handle_check(L, 1);
    double seconds = jg_check_seconds(L, 2, INFINITY);
    lua_settop(L, 1);
    if (handle->type->watched != NULL)
        handle->type->watched(handle);
    return jg_wait_one(L, handle, seconds, push_handle_result, 0);
}

/* Everything in the array at 1 is checked, then all is joined. A copy takes the array's place: the caller's
** may change while this waits, and the handles must stay. */
static int wait_many(lua_State *L, lua_Integer needed, double seconds, lua_KFunction k)
{
    lua_Integer count = jg_list_length(L, 1);
    lua_settop(L, 1);
    lua_createtable(L, count < INT_MAX ? (int)count : 0, 0);
    lua_insert(L, 1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 2, i);
        struct jg_handle *handle = jg_handle_test(L, -1);
        if (handle == NULL)
            return luaL_error(L, "bad handle at index %I (process, job, task, timer, event or stream expected, got %s)",
                              (LUAI_UACINT)i, luaL_typename(L, -1));
        if (handle->type->watched != NULL)
            handle->type->watched(handle);
        lua_rawseti(L, 1, i);
    }
    struct jg_wait *wait = jg_wait_begin(L, (size_t)needed);
    struct jg_waiter *waiters = lua_newuserdatauv(L, (size_t)count * sizeof *waiters, 0);
    jg_wait_keep(L, wait);
    for (lua_Integer i = 1; i <= count && !wait->over; i++) {
        lua_rawgeti(L, 1, i);
        jg_wait_join(wait, &waiters[i - 1], lua_touserdata(L, -1));
        lua_pop(L, 1);
    }
    return jg_wait_run(L, wait, seconds, k, 0);
}

static int push_first(lua_State *L, int status, lua_KContext context)
{
    struct jg_outcome outcome = jg_wait_outcome(L);
    (void)status;
    (void)context;
    if (outcome.timed_out)
        return jg_fail_timeout(L);
    lua_Integer i = 1;
    while (lua_rawgeti(L, 1, i), lua_touserdata(L, -1) != outcome.first) {
        lua_pop(L, 1);
        i++;
    }
    lua_pushinteger(L, i);
    return 2;
}

static int push_all(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    if (jg_wait_outcome(L).timed_out)
        return jg_fail_timeout(L);
    lua_pushboolean(L, 1);
    return 1;
}

/* wait_any(handles[, seconds]) → handle, index; or nil, "timeout" */
static int wait_any(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    double seconds = jg_check_seconds(L, 2, INFINITY);
    luaL_argcheck(L, jg_list_length(L, 1) > 0, 1, "the list is empty: there is nothing to wait for");
    return wait_many(L, 1, seconds, push_first);
}

/* wait_all(handles[, seconds]) → true; or nil, "timeout" */
static int wait_all(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    double seconds = jg_check_seconds(L, 2, INFINITY);
    lua_Integer count = jg_list_length(L, 1);
    if (count == 0) {
        lua_pushboolean(L, 1);
        return 1;
    }
    return wait_many(L, count, seconds, push_all);
}

static int push_nothing(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 0;
}

/* sleep(seconds) */
static int sleep_seconds(lua_State *L)
{
    luaL_checknumber(L, 1);
    double seconds = jg_check_seconds(L, 1, 0);
    return jg_wait_run(L, jg_wait_begin(L, 1), seconds, push_nothing, 0);
}

void jg_open_wait(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"wait_any", wait_any}, {"wait_all", wait_all}, {"sleep", sleep_seconds}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    luaL_newmetatable(L, "jghost.wait");
    lua_pushcfunction(L, leave_on_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}
