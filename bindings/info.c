/*
** info.c: what can be known of a job: its processes, what they have used. The tables have metatables, by which
** the scripts let them print well.
*/
#include "process.h"

struct listing {
    lua_State *L;
    int spawned; /* index of a table: the job's name, or true, by our own numbers of those that the script spawned */
    lua_Integer count;
};

static const struct {
    const char *type, *field; /* its name, and that of its metatable in the module */
} snapshots[] = {{"jghost.processes", "processes_metatable"},
                 {"jghost.process_snapshot", "process_snapshot_metatable"},
                 {"jghost.usage", "usage_metatable"},
                 {"jghost.guarantee", "guarantee_metatable"}};

static void set_text(lua_State *L, const char *name, const char *value)
{
    if (value == NULL)
        return;
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* A number that the platform doesn't know is absent. */
static void set_integer(lua_State *L, const char *name, int64_t value)
{
    if (value < 0)
        return;
    lua_pushinteger(L, value);
    lua_setfield(L, -2, name);
}

static void set_seconds(lua_State *L, const char *name, double value)
{
    if (value < 0)
        return;
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/* What isn't so is absent. */
static void set_flag(lua_State *L, const char *name, bool value)
{
    if (!value)
        return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, name);
}

/* Who is just being spawned still has a reaper's name. */
static void set_origin(lua_State *L, int spawned, const struct jg_os_process_info *info)
{
    bool is_spawned = lua_rawgeti(L, spawned, info->local_pid) != LUA_TNIL;
    if (lua_isstring(L, -1))
        lua_setfield(L, -2, "job");
    else
        lua_pop(L, 1);
    set_flag(L, "spawned", is_spawned);
    set_flag(L, "ending", info->ending);
    set_flag(L, "internal", info->internal && !is_spawned);
}

static void add_process(const struct jg_os_process_info *info, void *argument)
{
    struct listing *listing = argument;
    lua_State *L = listing->L;
    lua_createtable(L, 0, 18);
    set_integer(L, "pid", info->pid);
    set_integer(L, "local_pid", info->local_pid);
    set_integer(L, "host_pid", info->host_pid);
    set_integer(L, "parent", info->parent);
    set_integer(L, "local_parent", info->local_parent);
    set_text(L, "name", info->name);
    set_text(L, "command", info->command);
    set_text(L, "state", info->state);
    set_seconds(L, "started", info->started);
    set_seconds(L, "age", info->age);
    set_seconds(L, "user_time", info->user_time);
    set_seconds(L, "system_time", info->system_time);
    set_integer(L, "memory", info->memory);
    set_integer(L, "threads", info->threads);
    set_origin(L, listing->spawned, info);
    lua_pushvalue(L, -2);
    lua_setmetatable(L, -2);
    lua_rawseti(L, -3, ++listing->count);
}

static void push_spawned(lua_State *L)
{
    lua_newtable(L);
    for (struct jg_process *process = jg_host_of(L)->processes; process != NULL; process = process->next) {
        bool spawned = process->os != NULL && process->job != NULL && !process->has_status;
        int64_t pid = spawned ? jg_os_process_local_pid(process->os) : -1;
        if (pid == -1)
            continue;
        if (!jg_job_push_name(L, process->job))
            lua_pushboolean(L, 1);
        lua_rawseti(L, -2, pid);
    }
}

/* Pushes the list to be filled, and above it the metatable of what comes into it. */
static struct listing begin_listing(lua_State *L)
{
    luaL_checkstack(L, 10, "too many values");
    push_spawned(L);
    lua_newtable(L);
    luaL_setmetatable(L, "jghost.processes");
    luaL_getmetatable(L, "jghost.process_snapshot");
    return (struct listing){L, lua_gettop(L) - 2, 0};
}

static int end_listing(lua_State *L)
{
    lua_pop(L, 1);
    return 1;
}

/* job:processes() → list; or nil, message, code, name */
int jg_job_processes(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, 1);
    struct listing listing = begin_listing(L);
    struct jg_err err;
    if (!jg_os_job_processes(jg_job_os(job), add_process, &listing, &err))
        return jg_fail(L, &err, NULL);
    return end_listing(L);
}

/* processes() → list of all the run's; or nil, message, code, name */
static int run_processes(lua_State *L)
{
    struct listing listing = begin_listing(L);
    struct jg_err err;
    if (!jg_os_loop_processes(jg_host_of(L)->os, add_process, &listing, &err))
        return jg_fail(L, &err, NULL);
    return end_listing(L);
}

void jg_open_info(lua_State *L)
{
    lua_pushcfunction(L, run_processes);
    lua_setfield(L, -2, "processes");
    for (size_t i = 0; i < sizeof snapshots / sizeof snapshots[0]; i++) {
        luaL_newmetatable(L, snapshots[i].type);
        lua_setfield(L, -2, snapshots[i].field);
    }
}

/* job:usage() → table; or nil, message, code, name */
int jg_job_usage(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, 1);
    struct jg_os_usage usage;
    struct jg_err err;
    if (!jg_os_job_usage(jg_job_os(job), &usage, &err))
        return jg_fail(L, &err, NULL);
    lua_createtable(L, 0, 8);
    set_seconds(L, "user_time", usage.user_time);
    set_seconds(L, "system_time", usage.system_time);
    set_integer(L, "peak_memory", usage.peak_memory);
    set_integer(L, "active_processes", usage.active_processes);
    set_integer(L, "spawned_processes", jg_job_spawned(job));
    set_integer(L, "total_processes", usage.total_processes);
    set_integer(L, "read_bytes", usage.read_bytes);
    set_integer(L, "written_bytes", usage.written_bytes);
    luaL_setmetatable(L, "jghost.usage");
    return 1;
}
