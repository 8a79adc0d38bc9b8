/*
** process.c: a process: what is known of it, signals, its end.
*/
#include "process.h"

#include <string.h>

#include "limit.h"
#include "stream.h"

static int push_status(lua_State *L, struct jg_handle *handle);

static const struct jg_handle_type process_type = {"jghost.process", push_status, NULL};

static struct jg_process *check_process(lua_State *L)
{
    return luaL_checkudata(L, 1, process_type.name);
}

struct jg_process *jg_process_push(lua_State *L)
{
    struct jg_process *process = lua_newuserdatauv(L, sizeof *process, 1);
    *process = (struct jg_process){.host = jg_host_of(L), .began = jg_seconds_now(), .child_end = {-1, -1, -1}};
    process->handle.type = &process_type;
    process->born.type = &process_type;
    luaL_setmetatable(L, process_type.name);
    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    return process;
}

void jg_process_follow(struct jg_process *process)
{
    struct jg_host *host = process->host;
    host->living++;
    process->next = host->processes;
    process->link = &host->processes;
    if (process->next != NULL)
        process->next->link = &process->next;
    host->processes = process;
}

static void unfollow(struct jg_process *process)
{
    if (process->link == NULL)
        return;
    if (!process->has_status)
        process->host->living--;
    *process->link = process->next;
    if (process->next != NULL)
        process->next->link = process->link;
    process->link = NULL;
}

void jg_process_close_child_ends(struct jg_process *process)
{
    for (int i = 0; i < 3; i++) {
        if (process->child_end[i] != -1)
            jg_close_descriptor(process->child_end[i]);
        process->child_end[i] = -1;
    }
}

void jg_process_close_pty(struct jg_process *process)
{
    if (process->pty != NULL)
        jg_stream_close(process->pty);
}

static void forget(struct jg_process *process)
{
    if (process->job != NULL)
        jg_job_forget(process->job, process);
}

static void on_spawned(void *owner, const struct jg_err *err)
{
    struct jg_process *process = owner;
    jg_process_close_child_ends(process);
    if (err != NULL) {
        process->error = *err;
        process->os = NULL;
        unfollow(process);
        jg_process_close_pty(process);
        forget(process);
    } else {
        jg_job_count_spawned(process->job);
    }
    jg_handle_signal(&process->born);
}

static bool ended_well(const struct jg_os_status *status)
{
    return status->known && status->exit.signal == 0 && status->exit.code == 0;
}

static void on_ended(void *owner, const struct jg_os_status *status)
{
    struct jg_process *process = owner;
    process->ended = jg_seconds_now();
    process->status = *status;
    process->has_status = true;
    process->host->living--;
    if (!ended_well(status) && status->limit == JG_LIMIT_NONE && jg_job_cpu_time_reached(process->job))
        process->status.limit = JG_LIMIT_CPU_TIME;
    jg_space_look(process);
    if (process->pty != NULL)
        jg_stream_hang_up(process->pty);
    forget(process);
    jg_drain_process(process);
}

const struct jg_os_process_events jg_process_events = {on_spawned, on_ended};

static void set_number(lua_State *L, const char *name, double value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/* What the platform doesn't tell is absent. */
static void set_bytes(lua_State *L, const char *name, int64_t value)
{
    if (value < 0)
        return;
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

static void set_exit(lua_State *L, const struct jg_os_status *status)
{
    if (!status->known)
        return;
    if (status->exit.signal != 0) {
        lua_pushstring(L, jg_os_signal_name(status->exit.signal));
        lua_setfield(L, -2, "signal");
    } else {
        lua_pushinteger(L, (lua_Integer)status->exit.code);
        lua_setfield(L, -2, "code");
    }
}

/* The status is made once and kept in the fields, so that all who ask get the same table. */
static int push_status(lua_State *L, struct jg_handle *handle)
{
    struct jg_process *process = (struct jg_process *)handle;
    const struct jg_os_status *status = &process->status;
    lua_getiuservalue(L, 1, 1);
    if (lua_getfield(L, -1, "status") != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    lua_createtable(L, 0, 12);
    lua_pushboolean(L, ended_well(status) && !process->timed_out);
    lua_setfield(L, -2, "ok");
    set_exit(L, status);
    lua_pushboolean(L, process->timed_out);
    lua_setfield(L, -2, "timed_out");
    set_number(L, "wall", process->ended - process->began);
    set_number(L, "user_time", status->user_time);
    set_number(L, "system_time", status->system_time);
    set_bytes(L, "peak_memory", status->peak_memory);
    set_bytes(L, "read_bytes", status->read_bytes);
    set_bytes(L, "written_bytes", status->written_bytes);
    if (status->limit != JG_LIMIT_NONE) {
        lua_pushstring(L, jg_limit_name(status->limit));
        lua_setfield(L, -2, "limit");
    }
    if (jg_space_missing(process) != NULL) {
        lua_pushstring(L, jg_space_missing(process));
        lua_setfield(L, -2, "no_space");
    }
    luaL_setmetatable(L, "jghost.status");
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "status");
    return 1;
}

/* process:signal(name) → true; or nil, message, code, name */
static int send_signal(lua_State *L)
{
    struct jg_process *process = check_process(L);
    size_t length;
    const char *name = luaL_checklstring(L, 2, &length);
    luaL_argcheck(L, strlen(name) == length, 2, "there is a zero byte in the signal's name");
    struct jg_err err = {JG_ERR_GONE, 0, "cannot signal"};
    if (process->os == NULL || process->has_status) {
        luaL_pushfail(L);
        lua_pushliteral(L, "cannot signal the process: it has ended");
        lua_pushinteger(L, 0);
        lua_pushstring(L, jg_err_name(JG_ERR_GONE));
        return 4;
    }
    if (jg_os_process_signal(process->os, name, &err)) {
        lua_pushboolean(L, 1);
        return 1;
    }
    if (err.kind == JG_ERR_INVALID)
        return luaL_argerror(L, 2, jg_push_no_signal(L, name));
    return jg_fail(L, &err, name);
}

/* process:mark_timed_out(): its status will say so; for the scripts that stop it */
static int mark_timed_out(lua_State *L)
{
    check_process(L)->timed_out = true;
    return 0;
}

static int push_captured(lua_State *L, const struct jg_process *process, int which)
{
    if (process->reader[which] == NULL)
        return 0;
    jg_capture_push(L, &process->reader[which]->capture);
    return 1;
}

static int push_omitted(lua_State *L, const struct jg_process *process, int which)
{
    if (process->reader[which] == NULL)
        return 0;
    lua_pushinteger(L, (lua_Integer)jg_capture_omitted(&process->reader[which]->capture));
    return 1;
}

static int get_pid(lua_State *L, struct jg_process *process)
{
    if (process->os == NULL)
        return 0;
    lua_pushinteger(L, jg_os_process_pid(process->os));
    return 1;
}

static int get_host_pid(lua_State *L, struct jg_process *process)
{
    int64_t pid = process->os == NULL ? -1 : jg_os_process_host_pid(process->os);
    if (pid == -1)
        return 0;
    lua_pushinteger(L, pid);
    return 1;
}

static int get_status(lua_State *L, struct jg_process *process)
{
    return process->handle.signalled ? push_status(L, &process->handle) : 0;
}

static int get_stdout(lua_State *L, struct jg_process *process)
{
    return push_captured(L, process, 1);
}

static int get_stderr(lua_State *L, struct jg_process *process)
{
    return push_captured(L, process, 2);
}

static int get_stdout_omitted(lua_State *L, struct jg_process *process)
{
    return push_omitted(L, process, 1);
}

static int get_stderr_omitted(lua_State *L, struct jg_process *process)
{
    return push_omitted(L, process, 2);
}

static const struct {
    const char *name;
    int (*get)(lua_State *L, struct jg_process *process);
} properties[] = {
    {"pid", get_pid},
    {"host_pid", get_host_pid},
    {"status", get_status},
    {"stdout", get_stdout},
    {"stderr", get_stderr},
    {"stdout_omitted", get_stdout_omitted},
    {"stderr_omitted", get_stderr_omitted},
};

/* methods; then what spawn put into its fields (streams, name, command, job); then what is computed */
static int get_field(lua_State *L)
{
    struct jg_process *process = check_process(L);
    const char *key = luaL_checkstring(L, 2);
    luaL_getmetafield(L, 1, "methods");
    if (lua_getfield(L, -1, key) != LUA_TNIL)
        return 1;
    lua_getiuservalue(L, 1, 1);
    if (lua_getfield(L, -1, key) != LUA_TNIL)
        return 1;
    for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
        if (strcmp(properties[i].name, key) == 0)
            return properties[i].get(L, process);
    }
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_process *process = check_process(L);
    lua_getiuservalue(L, 1, 1);
    lua_getfield(L, -1, "name");
    const char *name = lua_isstring(L, -1) ? lua_tostring(L, -1) : "?";
    if (process->has_status)
        lua_pushfstring(L, "process %s (ended)", name);
    else if (process->os != NULL)
        lua_pushfstring(L, "process %s (pid %I)", name, (LUAI_UACINT)jg_os_process_pid(process->os));
    else
        lua_pushfstring(L, "process %s (not running)", name);
    return 1;
}

static int collect(lua_State *L)
{
    struct jg_process *process = check_process(L);
    unfollow(process);
    jg_drain_forget(process);
    jg_process_close_child_ends(process);
    if (process->pty != NULL)
        jg_stream_hang_up(process->pty); /* somebody may still have the stream, and nobody will tell it of the end */
    for (int i = 0; i < 3; i++) {
        if (process->reader[i] != NULL)
            jg_reader_close(process->reader[i]);
        process->reader[i] = NULL;
    }
    if (process->os != NULL)
        jg_os_process_release(process->os);
    process->os = NULL;
    return 0;
}

static int close_nothing(lua_State *L)
{
    check_process(L); /* its job is what ends it; leaving a scope doesn't */
    return 0;
}

/* open(pid) → process; or nil, message, code, name */
static int open_process(lua_State *L)
{
    lua_Integer pid = luaL_checkinteger(L, 1);
    luaL_argcheck(L, pid > 0, 1, "must be a process number, 1 or more");
    struct jg_process *process = jg_process_push(L);
    struct jg_err err;
    if (!jg_os_process_open(process->host->os, pid, &jg_process_events, process, &process->os, &err)) {
        process->os = NULL;
        return jg_fail(L, &err, lua_pushfstring(L, "%I", (LUAI_UACINT)pid));
    }
    jg_process_follow(process);
    jg_handle_signal(&process->born);
    return 1;
}

void jg_open_process(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"signal", send_signal}, {"mark_timed_out", mark_timed_out}, {"held_by", jg_process_held_by}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__index", get_field}, {"__tostring", to_string}, {"__gc", collect}, {"__close", close_nothing}, {NULL, NULL}};
    jg_new_handle_type(L, &process_type, "process_methods", methods, metamethods);
    lua_pushcfunction(L, open_process);
    lua_setfield(L, -2, "open");
    luaL_newmetatable(L, "jghost.status"); /* the scripts give it a __tostring */
    lua_setfield(L, -2, "status_metatable");
}
