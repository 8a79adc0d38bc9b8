/*
** host.c: the one struct of a Lua state: its loops, and its end.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/exit.h"
#include "../host/output.h"
#include "bindings.h"

/* A signal handler has no argument of ours. Set while the host is open. */
static struct jg_host *volatile interruptible;

struct jg_host *jg_host_of(lua_State *L)
{
    /* a new coroutine begins with a copy of the main thread's extra space */
    return *(struct jg_host **)lua_getextraspace(L);
}

/* Between two instructions. At a call or a return, what is called or returned is lost if the coroutine yields; and it
** may be a C function's own business, in which Lua can't yield. */
static bool is_between(const lua_Debug *debug)
{
    return debug->event == LUA_HOOKCOUNT || debug->event == LUA_HOOKLINE;
}

/*
** The interrupt finds Lua in the middle of an instruction. In the main task it is raised there; any
** other task that may yield gives way, so that the main task gets it where it waits. A task that never
** waits gets it itself if it keeps a prompt from going on.
*/
static void interrupt_hook(lua_State *L, lua_Debug *debug)
{
    struct jg_host *host = jg_host_of(L);
    struct jg_task *task = host->current;
    lua_sethook(L, NULL, 0, 0);
    if (host->interrupt == 0)
        return;
    bool is_main = task == NULL || task == host->main;
    if (is_main && host->deferred)
        return;
    if (!is_main && task->L != L && !jg_console_blocked(host))
        return; /* the coroutine's turn isn't over; then its task gives way */
    if (!is_main && !is_between(debug))
        jg_host_arm_interrupt(L);
    else if (!is_main && !jg_console_blocked(host) && lua_isyieldable(L))
        lua_yield(L, 0);
    else if (jg_console_blocked(host) || jg_schedule_interrupted(host))
        jg_schedule_raise_interrupt(L);
}

void jg_host_arm_interrupt(lua_State *L)
{
    lua_sethook(L, interrupt_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* In a signal handler, or as if in one, see os.h: lua_sethook may be called there, and nobody frees the host. */
static void on_interrupt(int signal, const char *name)
{
    struct jg_host *host = interruptible;
    if (host == NULL)
        return;
    if (host->closing) /* a C module's __gc, or a popen that isn't closed, may wait for long */
        jg_os_exit_at_once(JG_EXIT_SIGNAL + signal);
    host->interrupt_name = name;
    host->interrupted_by = signal;
    host->interrupt = signal;
    lua_State *running = host->running;
    if (running != NULL)
        jg_host_arm_interrupt(running);
    uv_async_send(&host->wake);
}

static void on_wake(uv_async_t *wake)
{
    (void)wake; /* the scheduler looks at host->interrupt in each turn */
}

static void drop_memory(uv_handle_t *handle, void *argument)
{
    (void)argument;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void free_alarms(struct jg_host *host)
{
    while (host->alarms != NULL) {
        void *alarm = host->alarms;
        host->alarms = jg_alarm_next(host->alarms);
        free(alarm);
    }
}

static void close_host(struct jg_host *host)
{
    interruptible = NULL;
    jg_os_loop_close(host->os);
    host->finishing = true;
    jg_attach_receive(host); /* who came too late is turned away */
    uv_walk(&host->uv, drop_memory, NULL);
    uv_run(&host->uv, UV_RUN_DEFAULT);
    uv_loop_close(&host->uv);
    free_alarms(host);
    free(host);
}

bool jg_host_open(lua_State *L, struct jg_err *err)
{
    struct jg_host *host = calloc(1, sizeof *host);
    if (host == NULL) {
        *err = (struct jg_err){JG_ERR_NO_MEMORY, 0, "cannot allocate memory"};
        return false;
    }
    host->L = L;
    host->null_descriptor = -1;
    host->ready_end = &host->ready;
    int code = uv_loop_init(&host->uv);
    if (code != 0) {
        free(host);
        return jg_err_set(err, -code, "cannot make the event loop");
    }
    uv_async_init(&host->uv, &host->wake, on_wake);
    jg_drain_open(host);
    if (!jg_os_loop_open(&host->os, &host->uv, err)) {
        close_host(host);
        return false;
    }
    *(struct jg_host **)lua_getextraspace(L) = host;
    interruptible = host;
    jg_os_interrupt_watch(on_interrupt);
    return true;
}

void jg_host_begin_close(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    host->running = NULL;
    jg_output_flush();
    fflush(NULL);
    host->closing = 1;
    jg_os_interrupt_raised(); /* it is known by whoever asks now */
}

void jg_host_close(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    jg_host_begin_close(L);
    if (host->interrupted_by != 0)
        jg_os_end_children();
    lua_close(L);
    close_host(host);
}

int jg_host_interrupted_by(lua_State *L)
{
    return jg_host_of(L)->interrupted_by;
}

bool jg_host_interrupt_pending(lua_State *L)
{
    return jg_host_of(L)->interrupt != 0;
}

/* One that comes between the two lines is raised by its hook before anything can wait. */
bool jg_host_interrupt_taken(struct jg_host *host)
{
    if (host->interrupt == 0)
        return false;
    host->interrupt = 0;
    jg_os_interrupt_raised();
    return true;
}

bool jg_host_push_interrupt(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    if (!jg_host_interrupt_taken(host))
        return false;
    lua_pushfstring(L, "interrupted by %s", host->interrupt_name);
    return true;
}

/* Another signal may come between any two instructions here; that one must not be forgotten. */
bool jg_host_interrupt_consumed(struct jg_host *host)
{
    bool was_pending = jg_os_replace(&host->interrupt, SIGINT, 0);
    bool was = jg_os_replace(&host->interrupted_by, SIGINT, 0) || was_pending;
    if (was_pending)
        jg_os_interrupt_raised();
    if (was)
        jg_os_interrupt_consumed();
    return was;
}

static int finish_call(lua_State *L, struct jg_task *task, int results)
{
    int base = lua_gettop(L); /* the task itself is there */
    task->observed = true;
    if (task->state == JG_TASK_FAILED) {
        lua_pushvalue(task->L, -1); /* the message with its traceback, or the error object */
        lua_xmove(task->L, L, 1);
        lua_remove(L, base);
        return LUA_ERRRUN;
    }
    int count = task->state == JG_TASK_RETURNED ? task->values : 0;
    luaL_checkstack(L, count, "too many results");
    lua_xmove(task->L, L, count);
    if (results != LUA_MULTRET)
        lua_settop(L, base + results);
    lua_remove(L, base);
    return LUA_OK;
}

int jg_host_call(lua_State *L, int arguments, int results)
{
    struct jg_host *host = jg_host_of(L);
    struct jg_task *task = jg_task_push(L, arguments);
    struct jg_task *previous = host->main;
    host->main = task;
    while (!task->handle.signalled) {
        if (!jg_schedule_turn(host, &task->handle.signalled))
            jg_wait_strand(host);
    }
    host->main = previous;
    return finish_call(L, task, results);
}

int jg_host_finish(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    host->finishing = true;
    jg_task_cancel_all(L);
    if (host->interrupted_by != 0)
        jg_os_end_children(); /* a popen that is collected waits for its own */
    lua_gc(L, LUA_GCCOLLECT);
    return (int)host->unheard;
}
