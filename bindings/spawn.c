/*
** spawn.c: job:spawn{...}.
**
** Everything is checked and copied before anything is opened, and everything that is opened belongs
** to a userdata from then on, so an error at any point leaves nothing behind.
*/
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "process.h"
#include "pty.h"
#include "stream.h"

#define FUNCTION "job:spawn"

enum { JOB = 1, OPTIONS = 2, PROCESS = 3, FIELDS = 4 }; /* the stack of jg_job_spawn */
enum { CAPTURE_LIMIT = 8 << 20 };                       /* bytes, unless told */

static const char *const option_names[] = {"cwd",  "env",     "clear_env", "stdin", "stdout",        "stderr",
                                           "name", "timeout", "stop",      "pty",   "capture_limit", NULL};

/* ---- standard input and outputs ---- */

static struct jg_stdio_plan check_stdio(lua_State *L, int which, bool has_terminal)
{
    enum jg_stdio_mode usual = which == 0 ? JG_STDIO_TO_NULL : JG_STDIO_TO_OURS;
    struct jg_stdio_plan plan =
        jg_stdio_option(L, OPTIONS, FUNCTION, which, has_terminal ? JG_STDIO_TO_TERMINAL : usual);
    if (which == 0 && (plan.mode == JG_STDIO_TO_CAPTURE || plan.mode == JG_STDIO_TO_STDOUT))
        luaL_error(L,
                   FUNCTION ": option 'stdin' can't be \"%s\"; it is \"inherit\", \"null\", \"pipe\" or a file's name",
                   plan.text);
    if (which == 1 && plan.mode == JG_STDIO_TO_STDOUT)
        luaL_error(L, FUNCTION ": option 'stdout' can't be \"stdout\"; for a file of that name write \"./stdout\"");
    if (plan.mode == JG_STDIO_TO_FILE && plan.text[0] == '\0')
        luaL_error(
            L, FUNCTION ": option '%s' is empty; it is \"inherit\", \"null\", \"capture\", \"pipe\" or a file's name",
            jg_stdio_names[which]);
    return plan;
}

/* A pipe: `ours` is our end, the other one is the child's and is closed when it has been born. */
static bool make_pipe(struct jg_process *process, int which, int *ours, int *descriptor, struct jg_refusal *refusal)
{
    uv_file ends[2];
    int reading = which == 0 ? 0 : UV_NONBLOCK_PIPE;
    int writing = which == 0 ? UV_NONBLOCK_PIPE : 0;
    int code = uv_pipe(ends, reading, writing);
    if (code != 0)
        return jg_refuse(refusal, code, "cannot make a pipe for", jg_stdio_names[which]);
    *ours = which == 0 ? ends[1] : ends[0];
    process->child_end[which] = which == 0 ? ends[0] : ends[1];
    *descriptor = process->child_end[which];
    return true;
}

static bool use_capture(struct jg_process *process, int which, size_t limit, int *descriptor,
                        struct jg_refusal *refusal)
{
    int ours, code = 0;
    if (!make_pipe(process, which, &ours, descriptor, refusal))
        return false;
    process->reader[which] = jg_reader_open(process->host, ours, limit, &code);
    if (process->reader[which] == NULL)
        return jg_refuse(refusal, code, "cannot read", jg_stdio_names[which]);
    return true;
}

/* The stream becomes the process's field of that name. */
static bool use_pipe(lua_State *L, struct jg_process *process, int which, int *descriptor, struct jg_refusal *refusal)
{
    int ours;
    struct jg_stream *stream = jg_stream_push(L);
    lua_setfield(L, FIELDS, jg_stdio_names[which]);
    if (!make_pipe(process, which, &ours, descriptor, refusal))
        return false;
    int code = jg_stream_open(stream, ours, which == 0 ? JG_STREAM_WRITES : JG_STREAM_READS);
    return code == 0 || jg_refuse(refusal, code, "cannot open a pipe for", jg_stdio_names[which]);
}

static bool open_stdio(lua_State *L, struct jg_process *process, int which, const struct jg_stdio_plan *plan,
                       size_t limit, struct jg_os_command *command, struct jg_refusal *refusal)
{
    int *descriptor = &command->stdio[which];
    *descriptor = JG_STDIO_INHERIT;
    switch (plan->mode) {
    case JG_STDIO_TO_OURS:
        return true;
    case JG_STDIO_TO_CAPTURE:
        return use_capture(process, which, limit, descriptor, refusal);
    case JG_STDIO_TO_PIPE:
        return use_pipe(L, process, which, descriptor, refusal);
    case JG_STDIO_TO_STDOUT:
        *descriptor = command->stdio[1] == JG_STDIO_INHERIT ? 1 : command->stdio[1];
        return true;
    case JG_STDIO_TO_TERMINAL:
        *descriptor = JG_STDIO_TERMINAL;
        return true;
    case JG_STDIO_TO_NULL:
    case JG_STDIO_TO_FILE:
        break;
    }
    return jg_stdio_open(process->host, which, plan, &process->child_end[which], descriptor, refusal);
}

/* By what name it is told who holds what this process is given: a file's own, and "stdout" for a pipe. */
static void name_stdio(lua_State *L, struct jg_process *process, int which, const struct jg_stdio_plan *plan)
{
    struct jg_given *given = &process->given[which];
    given->name = jg_stdio_names[which];
    if (plan->mode != JG_STDIO_TO_FILE)
        return;
    given->name = lua_pushstring(L, plan->text);
    lua_rawsetp(L, FIELDS, given);
}

static void identify_stdio(struct jg_process *process, int which, enum jg_stdio_mode mode, int descriptor)
{
    if (mode == JG_STDIO_TO_CAPTURE || mode == JG_STDIO_TO_PIPE || mode == JG_STDIO_TO_FILE)
        jg_os_identify(descriptor, &process->given[which].identity);
}

/* ---- the timeout and the stop plan are policy: scripts/jghost/stop.lua checks and carries them out ---- */

static char checker, watcher; /* their addresses are the registry's keys for its two functions */

/* on_spawn(check, watch): check(plan, where) raises an error before a process with a stop plan is
** spawned; watch(process, timeout, plan) is called for each process that has one of the two */
static int on_spawn(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &watcher);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &checker);
    return 0;
}

static void check_plan(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &checker);
    if (lua_getfield(L, OPTIONS, "stop") == LUA_TNIL) {
        lua_pop(L, 2);
        return;
    }
    lua_pushliteral(L, FUNCTION ": option 'stop'");
    lua_call(L, 2, 0);
}

static void watch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watcher);
    lua_pushvalue(L, PROCESS);
    bool has_timeout = lua_getfield(L, OPTIONS, "timeout") != LUA_TNIL;
    bool has_plan = lua_getfield(L, OPTIONS, "stop") != LUA_TNIL;
    if (has_timeout || has_plan)
        lua_call(L, 3, 0);
}

/* ---- spawning ---- */

static int finish(lua_State *L, int status, lua_KContext context)
{
    struct jg_process *process = lua_touserdata(L, PROCESS);
    (void)status;
    (void)context;
    if (process->error.kind == JG_ERR_OK) {
        watch(L);
        lua_settop(L, PROCESS);
        return 1;
    }
    return jg_fail_start(L, &process->error, OPTIONS);
}

/* It couldn't even be started. */
static void give_up(struct jg_process *process)
{
    jg_job_forget(process->job, process);
    jg_process_close_child_ends(process);
    jg_process_close_pty(process);
}

static void set_fields(lua_State *L, char *const *argv)
{
    lua_pushstring(L, jg_name_option(L, OPTIONS, FUNCTION, argv));
    lua_setfield(L, FIELDS, "name");
    lua_pushvalue(L, JOB);
    lua_setfield(L, FIELDS, "job");
}

/* job:spawn{...} → process; or nil, message, code, name. Goes on when it runs, or is known not to. */
int jg_job_spawn(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, JOB);
    struct jg_refusal refusal = {0};
    struct jg_stdio_plan plans[3];
    luaL_checktype(L, OPTIONS, LUA_TTABLE);
    lua_settop(L, OPTIONS);
    luaL_checkstack(L, 40, FUNCTION);
    jg_check_options(L, OPTIONS, FUNCTION, LUA_MAXINTEGER, option_names);

    struct jg_process *process = jg_process_push(L);
    lua_getiuservalue(L, PROCESS, 1);
    struct jg_os_command command = {.argv = jg_check_arguments(L, OPTIONS, FIELDS, FUNCTION),
                                    .cwd = jg_string_option(L, OPTIONS, FUNCTION, "cwd")};
    struct jg_pty_plan pty = jg_pty_option(L, OPTIONS, FUNCTION);
    command.env = jg_check_environment(L, OPTIONS, FUNCTION, pty.wanted);
    int64_t limit = jg_bytes_option(L, OPTIONS, FUNCTION, "capture_limit", CAPTURE_LIMIT);
    jg_seconds_option(L, OPTIONS, FUNCTION, "timeout", 0);
    check_plan(L);
    for (int i = 0; i < 3; i++)
        plans[i] = check_stdio(L, i, pty.wanted);
    set_fields(L, command.argv);
    for (int i = 0; i < 3; i++) {
        name_stdio(L, process, i, &plans[i]);
        if (i > 0 && plans[i].mode == JG_STDIO_TO_FILE)
            jg_space_watch(L, FIELDS, process, i, plans[i].text);
    }
    lua_pushvalue(L, PROCESS);
    jg_job_keep(L, JOB);
    process->job = job;

    bool ok = true;
    for (int i = 0; i < 3 && ok; i++)
        ok = open_stdio(L, process, i, &plans[i], (size_t)limit, &command, &refusal);
    if (!ok) {
        give_up(process);
        return jg_fail_uv(L, refusal.code, refusal.what, refusal.subject);
    }
    for (int i = 0; i < 3; i++)
        identify_stdio(process, i, plans[i].mode, command.stdio[i]);
    if (pty.wanted && !jg_pty_open(L, FIELDS, process, &pty, &process->error)) {
        give_up(process);
        return jg_fail(L, &process->error, NULL);
    }
    command.pty = process->pty == NULL ? NULL : process->pty->pty;
    if (!jg_os_spawn(process->host->os, jg_job_os(job), &command, &jg_process_events, process, &process->os,
                     &process->error)) {
        process->os = NULL;
        give_up(process);
        return finish(L, LUA_OK, 0);
    }
    jg_process_follow(process);
    jg_job_populated(job, process->began);
    return jg_wait_one(L, &process->born, INFINITY, finish, 0);
}

void jg_open_spawn(lua_State *L)
{
    lua_pushcfunction(L, on_spawn);
    lua_setfield(L, -2, "on_spawn");
}
