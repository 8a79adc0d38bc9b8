/*
** schedule.c: tasks, and whose turn it is.
*/
#include <math.h>

#include "bindings.h"

enum { ROOM = 60 }; /* calls of C functions in each other, of LUAI_MAXCCALLS, which is 200 */

static char anchors; /* its address is the registry's key for the table that keeps live tasks */

void jg_task_make_ready(struct jg_task *task)
{
    struct jg_host *host = task->host;
    task->state = JG_TASK_READY;
    task->next = NULL;
    *host->ready_end = task;
    host->ready_end = &task->next;
}

/* Before all others: an interrupt doesn't queue behind a task that never waits. */
static void make_ready_first(struct jg_task *task)
{
    struct jg_host *host = task->host;
    task->state = JG_TASK_READY;
    task->next = host->ready;
    if (host->ready == NULL)
        host->ready_end = &task->next;
    host->ready = task;
}

static struct jg_task *pop_ready(struct jg_host *host)
{
    struct jg_task *task = host->ready;
    host->ready = task->next;
    if (host->ready == NULL)
        host->ready_end = &host->ready;
    return task;
}

static void remove_ready(struct jg_host *host, const struct jg_task *task)
{
    for (struct jg_task **link = &host->ready; *link != NULL; link = &(*link)->next) {
        if (*link != task)
            continue;
        *link = task->next;
        if (task->next == NULL)
            host->ready_end = link;
        return;
    }
}

/* A live task is kept by the registry, so that a waiting one isn't collected under its waiters. */
static void anchor(lua_State *L, struct jg_task *task)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &anchors);
    }
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, task);
    lua_pop(L, 1);
}

static void release(struct jg_task *task)
{
    lua_State *L = task->host->L;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors);
    lua_pushnil(L);
    lua_rawsetp(L, -2, task); /* no new key: this can't fail */
    lua_pop(L, 1);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, task); /* its traceback */
}

/* What to tell the user of the error on top of the stack, as lua(1) does: comes above it. */
static void add_traceback(lua_State *L, int level)
{
    const char *message = NULL;
    lua_pushvalue(L, -1);
    if (lua_isstring(L, -1)) { /* or a number: of the copy */
        message = lua_tostring(L, -1);
    } else if (luaL_getmetafield(L, -1, "__tostring") == LUA_TNIL) {
        message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, -1));
        lua_remove(L, -2);
    } else {
        lua_pop(L, 1);
        return; /* it has a text of its own */
    }
    jg_place_push_traceback(L, message, level);
    lua_remove(L, -2);
}

/* The message handler: the traceback is made while the stack is there, and kept until the task has failed. */
static int keep_traceback(lua_State *L)
{
    lua_settop(L, 1);
    add_traceback(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, lua_upvalueindex(1)));
    return 1;
}

static int end_body(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - 1;
    return lua_error(L);
}

/* What a task's coroutine runs: the function, protected, so that after an error its pending <close> may wait
** like anybody else, by yielding. */
static int body(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, keep_traceback, 1);
    lua_insert(L, 1);
    return end_body(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, end_body), 0);
}

struct jg_task *jg_task_push(lua_State *L, int arguments)
{
    struct jg_host *host = jg_host_of(L);
    int function = lua_absindex(L, -arguments - 1);
    struct jg_task *task = lua_newuserdatauv(L, sizeof *task, JG_TASK_NAME);
    *task = (struct jg_task){.host = host, .values = arguments + 1};
    lua_pushvalue(L, function);
    task->internal = !jg_place_of_function(L, task->place);
    lua_pop(L, 1);
    task->wait = (struct jg_wait){.task = task, .host = host};
    luaL_setmetatable(L, "jghost.task");
    task->handle.type = jg_task_type();
    task->L = lua_newthread(L);
    lua_setiuservalue(L, -2, JG_TASK_COROUTINE);
    anchor(L, task);
    luaL_checkstack(task->L, arguments + 2, "too many arguments");
    lua_pushlightuserdata(task->L, task);
    lua_pushcclosure(task->L, body, 1);
    lua_insert(L, function);
    lua_xmove(L, task->L, arguments + 1);
    jg_task_make_ready(task);
    return task;
}

static void end_task(struct jg_task *task, int state)
{
    task->state = state;
    jg_wait_leave(&task->wait); /* it may not even have come to the end of its wait */
    jg_handle_signal(&task->handle);
    release(task);
}

/* Its error is on its stack; what to tell the user of it comes above. */
static void fail(struct jg_task *task)
{
    lua_State *L = task->L;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, task) == LUA_TNIL) { /* no handler was called */
        lua_pop(L, 1);
        add_traceback(L, 0);
    }
}

/* A script can get at a task's coroutine, by coroutine.running or debug, and end it behind our back. */
static bool was_ended_elsewhere(const struct jg_task *task)
{
    return task->begun ? lua_status(task->L) != LUA_YIELD : lua_gettop(task->L) != task->values + 1; /* and body */
}

static void fail_elsewhere(struct jg_task *task)
{
    jg_wait_leave(&task->wait);
    lua_settop(task->L, 0);
    lua_pushliteral(task->L, "the coroutine of this task was closed or resumed by somebody else");
    lua_pushvalue(task->L, -1); /* as the error, and as what to tell of it */
    end_task(task, JG_TASK_FAILED);
}

static void settle(struct jg_task *task, int status, int values)
{
    task->begun = true;
    if (status == LUA_YIELD) {
        lua_pop(task->L, values);
        if (task->state == JG_TASK_RUNNING)
            jg_task_make_ready(task); /* a bare coroutine.yield(), or the interrupt's hook: gives way */
    } else if (status == LUA_OK) {
        task->values = values;
        end_task(task, JG_TASK_RETURNED);
    } else {
        fail(task);
        end_task(task, JG_TASK_FAILED);
    }
}

static void resume(struct jg_host *host, struct jg_task *task)
{
    struct jg_task *previous = host->current;
    lua_State *previous_running = host->running;
    int values = 0;
    if (was_ended_elsewhere(task)) {
        fail_elsewhere(task);
        return;
    }
    task->state = JG_TASK_RUNNING;
    host->current = task;
    host->running = task->L;
    host->outcome = (struct jg_outcome){task->wait.timed_out, task->wait.first};
    if (host->interrupt != 0 && task == host->main)
        jg_host_arm_interrupt(task->L); /* it came while another task ran */
    int status = lua_resume(task->L, previous_running, task->begun ? 0 : task->values, &values);
    host->current = previous;
    host->running = previous_running;
    settle(task, status, values);
}

void jg_task_abandon(struct jg_task *task)
{
    struct jg_host *host = task->host;
    if (task->state == JG_TASK_READY)
        remove_ready(host, task);
    jg_wait_leave(&task->wait);
    task->state = JG_TASK_RUNNING; /* its <close> may run the loop, but nobody may resume it */
    struct jg_task *previous = host->current;
    host->current = NULL;
    host->cancelling++;
    int status = lua_resetthread(task->L);
    host->cancelling--;
    host->current = previous;
    if (status == LUA_OK) {
        end_task(task, JG_TASK_CANCELLED);
    } else {
        fail(task);
        end_task(task, JG_TASK_FAILED);
    }
}

bool jg_task_cancel(struct jg_task *task)
{
    if (task->state == JG_TASK_RUNNING)
        return false;
    if (task->state == JG_TASK_READY || task->state == JG_TASK_WAITING)
        jg_task_abandon(task);
    return true;
}

struct jg_task *jg_task_push_live(lua_State *L, const struct jg_task *which)
{
    struct jg_task *task = NULL;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors) == LUA_TTABLE) {
        if (which != NULL)
            lua_rawgetp(L, -1, which);
        else if (lua_pushnil(L), lua_next(L, -2) != 0)
            lua_remove(L, -2);
        else
            lua_pushnil(L);
        task = lua_touserdata(L, -1);
        lua_remove(L, -2);
    }
    if (task == NULL)
        lua_pop(L, 1);
    return task;
}

void jg_task_push_all(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors) != LUA_TNIL) {
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_rawseti(L, -4, ++count))
            luaL_setmetatable(L, "jghost.task"); /* the main one may be older than the module */
    }
    lua_pop(L, 1);
}

void jg_task_cancel_all(lua_State *L)
{
    struct jg_task *task;
    /* each cancelling takes one out of the live ones, and may make new ones */
    while ((task = jg_task_push_live(L, NULL)) != NULL) {
        if (!jg_task_cancel(task))
            release(task); /* it is running: it ended the script from within */
        lua_pop(L, 1);
    }
}

bool jg_schedule_interrupted(struct jg_host *host)
{
    if (host->interrupt == SIGINT && jg_console_interrupt(host))
        jg_host_interrupt_consumed(host);
    return host->interrupt != 0;
}

/* The interrupt goes to the main task: that's the script. */
static void deliver_interrupt(struct jg_host *host)
{
    struct jg_task *main = host->main;
    if (!jg_schedule_interrupted(host) || main == NULL || main->state != JG_TASK_WAITING)
        return;
    jg_wait_leave(&main->wait);
    main->interrupted = true;
    make_ready_first(main);
}

/* Not by luaL_error: that would name a line of the library's own, where the script waits in one of its functions. */
void jg_schedule_raise_interrupt(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    char place[JG_PLACE];
    if (!jg_host_interrupt_taken(host))
        return;
    jg_place_of_stack(L, place);
    lua_pushfstring(L, "%s%sinterrupted by %s", place, place[0] != '\0' ? ": " : "", host->interrupt_name);
    lua_error(L);
}

/* Could anything still make somebody ready? Asked only when the loop is about to wait for nothing. */
static bool something_expected(struct jg_host *host)
{
    /* the wake-up handle keeps the loop alive, but an interrupt is nothing to wait for */
    uv_unref((uv_handle_t *)&host->wake);
    bool alive = uv_loop_alive(&host->uv);
    uv_ref((uv_handle_t *)&host->wake);
    return alive || host->living > 0 || host->detaching > 0 || jg_host_jobs_populated(host);
}

static bool poll_loop(struct jg_host *host, bool may_block)
{
    if (jg_os_loop_settling(host->os)) {
        uv_run(&host->uv, UV_RUN_NOWAIT);
        jg_os_loop_settle(host->os, may_block && host->ready == NULL);
        return true;
    }
    if (may_block && !something_expected(host))
        return false;
    if (may_block && jg_os_loop_linger(host->os))
        return true;
    uv_run(&host->uv, may_block ? UV_RUN_ONCE : UV_RUN_NOWAIT);
    return true;
}

/* Calls itself as often as its argument says. */
static int go_deeper(lua_State *L)
{
    lua_Integer levels = lua_tointeger(L, 1);
    if (levels > 0) {
        lua_pushcfunction(L, go_deeper);
        lua_pushinteger(L, levels - 1);
        lua_call(L, 1, 0);
    }
    return 0;
}

/* Lua counts how deep C functions are nested, but doesn't tell. Who runs in a loop within a loop must have some room.
 */
void jg_schedule_check_depth(lua_State *L)
{
    lua_pushcfunction(L, go_deeper);
    lua_pushinteger(L, ROOM);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        luaL_error(L, "C stack overflow: too many waits are nested in each other (where Lua can't yield, such as in a "
                      "sort's comparison, a wait lets the other tasks run inside of it)");
}

bool jg_schedule_turn(struct jg_host *host, const bool *over)
{
    size_t turns = 0;
    jg_attach_receive(host);
    deliver_interrupt(host);
    for (struct jg_task *task = host->ready; task != NULL; task = task->next)
        turns++;
    for (; turns > 0 && host->ready != NULL && !*over; turns--)
        resume(host, pop_ready(host));
    jg_console_show(host);
    if (*over)
        return true;
    return poll_loop(host, host->ready == NULL && host->interrupt == 0 && host->newcomers == NULL);
}
