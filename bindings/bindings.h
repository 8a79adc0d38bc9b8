/*
** bindings.h: what the bindings know of each other.
**
** One `struct jg_host` per Lua state: libuv's loop, the backend's, and the scheduler. C callbacks
** never call Lua. They mark a handle as signalled, which makes the tasks that wait for it ready; the
** scheduler resumes those between two turns of the loop. So a wait inside a wait is no re-entrance
** for libuv, and no Lua error can ever cross it.
*/
#ifndef JG_BINDINGS_H
#define JG_BINDINGS_H

#include <lauxlib.h>
#include <lua.h>
#include <signal.h>
#include <stdbool.h>
#include <uv.h>

#include "../host/os.h"

/* ---- handle.c: what can be waited for --------------------------------------------------------- */

struct jg_handle;
struct jg_task;
struct jg_waiter;

struct jg_handle_type {
    const char *name;                                           /* __name, such as "jghost.process" */
    int (*push_result)(lua_State *L, struct jg_handle *handle); /* what wait returns; may raise */
    void (*watched)(struct jg_handle *handle);                  /* somebody waits now; may be NULL */
};

/* First member of every userdata that can be waited for. */
struct jg_handle {
    const struct jg_handle_type *type;
    struct jg_waiter *waiters;
    bool signalled;
};

/* One handle that one wait waits for. */
struct jg_waiter {
    struct jg_waiter *next, **link; /* in the handle's list; link is NULL when it is in none */
    struct jg_waiter *next_joined;  /* in the wait's list */
    struct jg_wait *wait;
};

/* One wait of one task: over when `needed` of its handles are signalled, or its alarm has rung. */
struct jg_wait {
    struct jg_task *task; /* NULL: it runs the loop itself until it is over */
    struct jg_host *host;
    struct jg_alarm *alarm;
    struct jg_waiter *waiters; /* those it has joined and not left, by next_joined */
    size_t needed;
    struct jg_handle *first; /* the first that was signalled */
    bool over, timed_out;
};

/* The handle at `index`, or an error that says that something to wait for was expected. */
struct jg_handle *jg_handle_check(lua_State *L, int index);

/* The same, or NULL. */
struct jg_handle *jg_handle_test(lua_State *L, int index);

/* Ends the waits that wait for it, and future ones at once, until it is reset. */
void jg_handle_signal(struct jg_handle *handle);
void jg_handle_reset(struct jg_handle *handle);

/* Makes `wait` wait for `handle` by `waiter`, whose memory the caller keeps until jg_wait_leave. */
void jg_wait_join(struct jg_wait *wait, struct jg_waiter *waiter, struct jg_handle *handle);

/* Leaves all that `wait` waits for, and gives its alarm back. Any number of times. */
void jg_wait_leave(struct jg_wait *wait);

/* ---- alarm.c: one-shot timers ------------------------------------------------------------------- */

struct jg_host;
struct jg_alarm;
typedef void jg_alarm_fn(void *owner);

/* Seconds of the monotonic clock. */
double jg_seconds_now(void);

/* Rings once after `seconds`; NULL without memory. Give it back, whether or not it has rung. */
struct jg_alarm *jg_alarm_start(struct jg_host *host, double seconds, jg_alarm_fn *ring, void *owner);
void jg_alarm_stop(struct jg_host *host, struct jg_alarm *alarm);

/* The next in the list of stopped ones; they are freed when the loop has been closed. */
struct jg_alarm *jg_alarm_next(struct jg_alarm *alarm);

/* Seconds from the argument at `index`: rejects NaN and negatives; `absent` for nil. */
double jg_check_seconds(lua_State *L, int index, double absent);

/* What came of the wait whose continuation is running. */
struct jg_outcome {
    bool timed_out;
    struct jg_handle *first; /* the first that was signalled */
};

/* ---- host.c: the one struct of a Lua state -------------------------------------------------------- */

struct jg_host {
    lua_State *L; /* the main thread */
    uv_loop_t uv;
    uv_async_t wake; /* an interrupt has come */
    uv_check_t look; /* drain.c: after each poll, while processes are being drained */
    uv_idle_t idle;  /* and then the loop mustn't block */
    struct jg_os_loop *os;
    struct jg_task *ready, **ready_end;
    struct jg_task *current;      /* the task that is running, or NULL */
    struct jg_task *main;         /* the task of the chunk that jg_host_call runs */
    struct jg_alarm *alarms;      /* free ones */
    struct jg_process *draining;  /* ended, but their pipes may hold more */
    struct jg_process *processes; /* not collected */
    size_t living;                /* of those, not ended */
    struct jg_job *jobs;          /* open */
    struct jg_outcome outcome;
    unsigned warned;                 /* bits: limits that couldn't be enforced, of which the user knows */
    size_t detaching;                /* requests of jg.detach that haven't been answered */
    size_t unheard;                  /* tasks that failed, and nobody waited for them */
    int null_descriptor;             /* the null device, or -1 if nobody has needed it yet */
    struct jg_console *console;      /* the open one, or NULL */
    struct jg_newcomer *newcomers;   /* have attached, and nothing has been done for them yet */
    bool finishing;                  /* the script has ended */
    lua_State *volatile running;     /* whose turn it is, for the interrupt's hook */
    volatile sig_atomic_t interrupt; /* its number, until it has been delivered */
    volatile int interrupted_by;     /* its number, ever since */
    const char *volatile interrupt_name;
    volatile sig_atomic_t closing;  /* there is nobody left to interrupt */
    int cancelling;                 /* how many cancellings are nested */
    volatile sig_atomic_t deferred; /* the interrupt isn't raised now, only where something is waited for */
};

/* Opens the loops for `L`. False: why, in `err`; `L` stays the caller's to close. */
bool jg_host_open(lua_State *L, struct jg_err *err);

/* Writes out what has been printed. From then on there is nobody left to interrupt: one that comes ends the process, at
** once, with 128+N, and whether there was one before is settled. */
void jg_host_begin_close(lua_State *L);

/* Ends every task and job and closes `L` and the loops. */
void jg_host_close(lua_State *L);

/* The host of the Lua state that this coroutine is in. */
struct jg_host *jg_host_of(lua_State *L);

/*
** As lua_pcall with a traceback, but the function is run as a task, the main one: what it waits for
** lets other tasks run. Results or the message replace the function and its arguments.
*/
int jg_host_call(lua_State *L, int arguments, int results);

/* Cancels the tasks that are left when the script has ended, and tells the user of those that failed
** with nobody waiting for them. Returns how many those were. */
int jg_host_finish(lua_State *L);

/* Has what runs in `L` interrupted at its next instruction. */
void jg_host_arm_interrupt(lua_State *L);

/* The number of the signal that interrupted the run, or 0. */
int jg_host_interrupted_by(lua_State *L);

/* Has one come that has not been raised yet? */
bool jg_host_interrupt_pending(lua_State *L);

/* The same, and it is as good as raised: the caller does so. */
bool jg_host_interrupt_taken(struct jg_host *host);

/* The same, and pushes its message if one has come. */
bool jg_host_push_interrupt(lua_State *L);

/* A Ctrl-C has been dealt with, and the run goes on as if there had been none. False: it wasn't one. */
bool jg_host_interrupt_consumed(struct jg_host *host);

/* ---- place.c: where in the script ----------------------------------------------------------------- */

enum { JG_PLACE = LUA_IDSIZE + 16 }; /* bytes of "file:line" */

/* Where the function on top of the stack is defined. False: in the library. */
bool jg_place_of_function(lua_State *L, char place[JG_PLACE]);

/* Where the innermost of the script's functions is, or else of the library's. False: it isn't the script's, or there
** is none, and then `place` is empty. */
bool jg_place_of_stack(lua_State *of, char place[JG_PLACE]);

/* Pushes a message with the traceback of this stack from `level` on, without what the library called within itself. */
void jg_place_push_traceback(lua_State *L, const char *message, int level);
void jg_open_place(lua_State *L);

/* ---- schedule.c: tasks and turns ------------------------------------------------------------------ */

struct jg_task {
    struct jg_handle handle;
    struct jg_host *host;
    lua_State *L;         /* its coroutine, anchored in its first user value */
    struct jg_task *next; /* in the ready queue */
    struct jg_wait wait;
    struct jg_waiter waiter; /* for the usual wait, of one handle */
    lua_KFunction k;         /* where the wait goes on */
    lua_KContext context;
    int values; /* on its stack: function and arguments before it has begun, results after it has returned */
    enum { JG_TASK_READY, JG_TASK_RUNNING, JG_TASK_WAITING, JG_TASK_RETURNED, JG_TASK_FAILED, JG_TASK_CANCELLED } state;
    char place[JG_PLACE]; /* where its function is defined */
    bool internal;        /* the library's own */
    bool observed;        /* somebody has its error */
    bool interrupted;     /* raise the interrupt where it waits */
    bool stranded;        /* raise that nothing can end its wait */
    bool begun;           /* its coroutine has been resumed */
};

/* Pushes a task that will call the function and its `arguments` on top of the stack, and pops those. */
struct jg_task *jg_task_push(lua_State *L, int arguments);

/* The type of tasks. */
const struct jg_handle_type *jg_task_type(void);

/* Ends a task that isn't running: its pending <close> run. False: it is running. */
bool jg_task_cancel(struct jg_task *task);

/* Ends a task that isn't over, even if it is running: whoever calls this must never return to it. */
void jg_task_abandon(struct jg_task *task);

/* Pushes a task that isn't over: this one, or any if it is NULL. NULL, and nothing is pushed: none. */
struct jg_task *jg_task_push_live(lua_State *L, const struct jg_task *which);

/* User values of a task. */
enum { JG_TASK_COROUTINE = 1, JG_TASK_NAME };

/* Pushes a list of those that haven't ended. */
void jg_task_push_all(lua_State *L);

/* Cancels all that are left. */
void jg_task_cancel_all(lua_State *L);

/* It is resumed in the next turn. */
void jg_task_make_ready(struct jg_task *task);

/* One turn: resumes who is ready, then, unless *over, lets the loop run once, blocking if nobody is.
** False: nobody is ready and nothing is left that could change that. */
bool jg_schedule_turn(struct jg_host *host, const bool *over);

/* Raises an error if `L` is so deep in C functions that a loop run here would leave others no room. */
void jg_schedule_check_depth(lua_State *L);

/* Has an interrupt come that isn't for the line that is being typed at the prompt? */
bool jg_schedule_interrupted(struct jg_host *host);

/* Raises the interrupt in `L`, if one has come and nobody has got it yet. */
void jg_schedule_raise_interrupt(lua_State *L);

/* ---- wait.c ----------------------------------------------------------------------------------------- */

/*
** Waits for one handle, then goes on with `k`, as lua_yieldk does; in a task by yielding, and where
** Lua can't yield by running the loop. `seconds` may be INFINITY.
*/
int jg_wait_one(lua_State *L, struct jg_handle *handle, double seconds, lua_KFunction k, lua_KContext context);

/* In the continuation of a wait: what came of it. */
struct jg_outcome jg_wait_outcome(lua_State *L);

/*
** The same in three steps, for waits of many handles. jg_wait_begin pushes one value and returns the
** wait to join. What holds the waiters must then be pushed, and kept by jg_wait_keep. Nothing may be
** raised between the first jg_wait_join and jg_wait_run.
*/
struct jg_wait *jg_wait_begin(lua_State *L, size_t needed);
void jg_wait_keep(lua_State *L, struct jg_wait *wait);
int jg_wait_run(lua_State *L, struct jg_wait *wait, double seconds, lua_KFunction k, lua_KContext context);

/* Nothing is left that could end the main task's wait: makes it raise that. False: it doesn't wait. */
bool jg_wait_strand(struct jg_host *host);

/* handle:wait([seconds]), the method of every handle. */
int jg_handle_wait(lua_State *L);

/* ---- fail.c: errors and options ----------------------------------------------------------------------- */

/* Pushes nil, "what subject: reason", the native code and the portable name; returns 4. */
int jg_fail(lua_State *L, const struct jg_err *err, const char *subject);

/* The same for a libuv code. */
int jg_fail_uv(lua_State *L, int code, const char *what, const char *subject);

/* Pushes nil, "timeout"; returns 2. */
int jg_fail_timeout(lua_State *L);

/* Tells the user of the error on top of the stack, after `what`, and pops it. */
void jg_complain(lua_State *L, const char *what);

/* Raises an error if the table at `index` has a key that isn't in `names` (NULL-terminated), and names the nearest, nor
** an integer from 1 to `items`. `function` is how the user called it. */
void jg_check_options(lua_State *L, int index, const char *function, lua_Integer items, const char *const *names);

/* Pushes a value as the messages of errors name it: 3, true, "3" for a text, "a table"; no addresses. */
const char *jg_push_description(lua_State *L, int index);

/* How long the list at `index` is: luaL_len, or more if a hole follows and then something; then the last is nil. */
lua_Integer jg_list_length(lua_State *L, int index);

/* Field `name` of the table at `index`, or NULL; raises unless it is a string without a zero byte.
** It stays on the stack. */
const char *jg_string_option(lua_State *L, int index, const char *function, const char *name);
bool jg_boolean_option(lua_State *L, int index, const char *function, const char *name);
double jg_seconds_option(lua_State *L, int index, const char *function, const char *name, double absent);
/* Bytes, as an integer or as "512K", "8M", "2G"; more than an int64_t can be are the most that it can. */
int64_t jg_bytes_option(lua_State *L, int index, const char *function, const char *name, int64_t absent);

/* ---- system.c ------------------------------------------------------------------------------------------ */

/* Closes a C descriptor. */
void jg_close_descriptor(int descriptor);

/* Is there a folder of that name? */
bool jg_is_folder(const char *path);

/* Opens a file by libuv's flags, close-on-exec: a C descriptor for jg_close_descriptor. Negative: libuv's code. */
int jg_open_descriptor(const char *path, int flags);

/* ---- signame.c ----------------------------------------------------------------------------------------- */

/* Pushes that there is no signal of that name, and what may have been meant. */
const char *jg_push_no_signal(lua_State *L, const char *name);

/* ---- exit.c --------------------------------------------------------------------------------------------- */

/* Puts our exit into Lua's table os. */
void jg_open_exit(lua_State *L);

/* ---- coroutine.c ---------------------------------------------------------------------------------------- */

/* Puts our resume and wrap into Lua's table coroutine. */
void jg_open_coroutine(lua_State *L);

/* ---- print.c -------------------------------------------------------------------------------------------- */

/* Puts our print, io.write and io.flush, and a file's write and flush, in the place of Lua's. */
void jg_open_print(lua_State *L);

/* ---- drain.c: pipes of processes that have ended ---------------------------------------------------- */

void jg_drain_open(struct jg_host *host);

/* ---- job.c ---------------------------------------------------------------------------------------------- */

/* Is a process left in any job that the script has open? */
bool jg_host_jobs_populated(const struct jg_host *host);

/* ---- console.c ------------------------------------------------------------------------------------------ */

/* Something is going to be printed: the line that is being typed makes way until jg_console_show. `is_begun`: it
** doesn't end with a newline. */
void jg_console_printing(struct jg_host *host, bool is_begun);

/* What was to be printed now has been. */
void jg_console_show(struct jg_host *host);

/* If a line is being asked for, gives it up. */
bool jg_console_interrupt(struct jg_host *host);

/* Has that been done before, and nothing come of it? Then somebody doesn't let the loop turn. */
bool jg_console_blocked(const struct jg_host *host);

/* ---- attach.c ------------------------------------------------------------------------------------------- */

/* Lets others attach to the harness, if that can be; loads nothing until somebody does. */
void jg_attach_listen(lua_State *L);

/* Makes a task for each who has attached. Called between two turns of the loop. */
void jg_attach_receive(struct jg_host *host);

/* ---- one noun each -------------------------------------------------------------------------------- */

void jg_open_task(lua_State *L);
void jg_open_event(lua_State *L);
void jg_open_timer(lua_State *L);
void jg_open_job(lua_State *L);
void jg_open_process(lua_State *L);
void jg_open_spawn(lua_State *L);
void jg_open_stream(lua_State *L);
void jg_open_record(lua_State *L);
void jg_open_wait(lua_State *L);
void jg_open_info(lua_State *L);
void jg_open_leaks(lua_State *L);
void jg_open_console(lua_State *L);
void jg_open_system(lua_State *L);
void jg_open_signame(lua_State *L);
void jg_open_attach(lua_State *L);
void jg_open_detach(lua_State *L);

/* Makes the metatable of a handle type: `methods` plus wait, __index, __gc, __close, __tostring. Adds
** its methods to the module table on top of the stack as field `noun`, for the scripts to add to. */
void jg_new_handle_type(lua_State *L, const struct jg_handle_type *type, const char *noun, const luaL_Reg *methods,
                        const luaL_Reg *metamethods);

/* The module jghost.core. */
int luaopen_jghost_core(lua_State *L);

#endif
