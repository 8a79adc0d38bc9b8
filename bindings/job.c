/*
** job.c: a job: everything that was started in it, and whatever that started.
*/
#include <math.h>

#include "limit.h"
#include "process.h"

struct jg_job {
    struct jg_handle handle; /* signalled: nothing is left in it */
    struct jg_host *host;
    struct jg_os_job *os; /* NULL: closed */
    bool closing;         /* nothing more may be started in it, or there might never be an end of it */
    bool terminated;      /* by the script, and not empty since */
    struct jg_job *parent, *children;
    struct jg_job *next, **link;           /* in its parent's children */
    struct jg_job *next_open, **link_open; /* in host->jobs */
    struct jg_cpu_watch cpu;
    lua_Integer spawned; /* how many ever were, in it and in the jobs inside it */
};

/* user values: its live processes; its parent; its name; what is to be done about leaks */
enum { LIVE = 1, PARENT, NAME, LEAKS, USER_VALUES = LEAKS };

enum { PATIENCE = 5 }; /* seconds */

static char by_pointer; /* its address is the registry's key for a weak table of jobs by their address */

static int push_result(lua_State *L, struct jg_handle *handle)
{
    (void)handle;
    lua_pushboolean(L, 1);
    return 1;
}

static const struct jg_handle_type job_type = {"jghost.job", push_result, NULL};

struct jg_os_job *jg_job_os(const struct jg_job *job)
{
    return job->os;
}

/* Neither closed nor being closed, by itself or with one around it. */
static bool is_open(const struct jg_job *job)
{
    bool open = job->os != NULL;
    for (; job != NULL; job = job->parent)
        open = open && !job->closing;
    return open;
}

struct jg_job *jg_check_job(lua_State *L, int index)
{
    struct jg_job *job = luaL_checkudata(L, index, job_type.name);
    luaL_argcheck(L, is_open(job), index, "the job is closed");
    return job;
}

bool jg_host_jobs_populated(const struct jg_host *host)
{
    for (const struct jg_job *job = host->jobs; job != NULL; job = job->next_open) {
        if (!jg_os_job_empty(job->os))
            return true;
    }
    return false;
}

void jg_job_populated(struct jg_job *job, double since)
{
    for (; job != NULL; job = job->parent) {
        jg_handle_reset(&job->handle);
        jg_cpu_watch_start(&job->cpu, since);
    }
}

void jg_job_count_spawned(struct jg_job *job)
{
    for (; job != NULL; job = job->parent)
        job->spawned++;
}

lua_Integer jg_job_spawned(const struct jg_job *job)
{
    return job->spawned;
}

bool jg_job_cpu_time_reached(const struct jg_job *job)
{
    while (job != NULL && !job->cpu.reached)
        job = job->parent;
    return job != NULL;
}

static void on_emptied(void *owner)
{
    struct jg_job *job = owner;
    if (!jg_os_job_empty(job->os))
        return;
    job->terminated = false;
    jg_cpu_watch_stop(&job->cpu);
    jg_handle_signal(&job->handle);
}

void jg_job_keep(lua_State *L, int job)
{
    lua_getiuservalue(L, job, LIVE);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, lua_touserdata(L, -3));
    lua_pop(L, 1);
}

/* From a callback: nothing here allocates, so nothing here can raise. */
void jg_job_forget(struct jg_job *job, const struct jg_process *process)
{
    lua_State *L = job->host->L;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &by_pointer);
    if (lua_rawgetp(L, -1, job) == LUA_TUSERDATA) {
        lua_getiuservalue(L, -1, LIVE);
        if (lua_rawgetp(L, -1, process) != LUA_TNIL) {
            lua_pushnil(L);
            lua_rawsetp(L, -3, process);
        }
        lua_pop(L, 2);
    }
    lua_pop(L, 2);
}

bool jg_job_push_name(lua_State *L, const struct jg_job *job)
{
    int top = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &by_pointer);
    for (; job != NULL; job = job->parent) {
        if (lua_rawgetp(L, top + 1, job) == LUA_TUSERDATA && lua_getiuservalue(L, -1, NAME) == LUA_TSTRING) {
            lua_replace(L, top + 1);
            lua_settop(L, top + 1);
            return true;
        }
        lua_settop(L, top + 1);
    }
    lua_settop(L, top);
    return false;
}

bool jg_job_inside(const struct jg_job *job, const struct jg_job *outer)
{
    while (job != NULL && job != outer)
        job = job->parent;
    return job != NULL;
}

static void link_job(struct jg_job *job, struct jg_job *parent)
{
    struct jg_host *host = job->host;
    job->parent = parent;
    job->link = parent != NULL ? &parent->children : NULL;
    if (parent != NULL) {
        job->next = parent->children;
        if (job->next != NULL)
            job->next->link = &job->next;
        parent->children = job;
    }
    job->next_open = host->jobs;
    job->link_open = &host->jobs;
    if (job->next_open != NULL)
        job->next_open->link_open = &job->next_open;
    host->jobs = job;
}

static void unlink_job(struct jg_job *job)
{
    if (job->link != NULL) {
        *job->link = job->next;
        if (job->next != NULL)
            job->next->link = job->link;
        job->link = NULL;
    }
    *job->link_open = job->next_open;
    if (job->next_open != NULL)
        job->next_open->link_open = job->link_open;
}

/* Gives up the job and those inside it; what is left in it ends. */
static void release(struct jg_job *job)
{
    if (job->os == NULL)
        return;
    while (job->children != NULL)
        release(job->children);
    unlink_job(job);
    jg_cpu_watch_stop(&job->cpu);
    jg_os_job_release(job->os);
    job->os = NULL;
    jg_handle_signal(&job->handle);
}

static const char *const option_names[] = {"name",     "isolate",     "memory", "processes", "cpus",
                                           "cpu_time", "best_effort", "leaks",  NULL};

/* Pushes what is to be done about leaks: unless the options say it, as for the job around it, which is at 1. */
static void push_leaks(lua_State *L, const struct jg_job *parent, const char *function)
{
    jg_leaks_push_option(L, 2, function);
    if (lua_isnil(L, -1) && parent != NULL)
        lua_getiuservalue(L, 1, LEAKS);
}

static int create(lua_State *L, struct jg_job *parent, const char *function)
{
    struct jg_os_job_options options = {0};
    struct jg_err err;
    jg_check_options(L, 2, function, 0, option_names);
    options.isolate = jg_boolean_option(L, 2, function, "isolate");
    struct jg_limits limits = jg_check_limits(L, 2, function);
    push_leaks(L, parent, function);
    int leaks = lua_gettop(L);
    const char *name = jg_string_option(L, 2, function, "name");
    struct jg_job *job = lua_newuserdatauv(L, sizeof *job, USER_VALUES);
    *job = (struct jg_job){.handle = {.type = &job_type, .signalled = true}, .host = jg_host_of(L)};
    luaL_setmetatable(L, job_type.name);
    lua_newtable(L);
    lua_setiuservalue(L, -2, LIVE);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, PARENT);
    lua_pushstring(L, name);
    lua_setiuservalue(L, -2, NAME);
    lua_pushvalue(L, leaks);
    lua_setiuservalue(L, -2, LEAKS);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &by_pointer);
    lua_pushvalue(L, -2);
    lua_rawsetp(L, -2, job);
    lua_pop(L, 1);
    if (!jg_os_job_create(job->host->os, parent == NULL ? NULL : parent->os, &options, on_emptied, job, &job->os,
                          &err)) {
        job->os = NULL;
        return jg_fail(L, &err, name);
    }
    link_job(job, parent);
    jg_cpu_watch_init(&job->cpu, job->host, job->os, limits.value[JG_LIMIT_CPU_TIME]);
    int refused = jg_set_limits(L, &limits, job->os);
    if (refused != 0)
        release(job);
    return refused != 0 ? refused : 1;
}

/* The table of options at `index`, which may be left out. */
static void default_options(lua_State *L, int index)
{
    lua_settop(L, index);
    if (lua_isnil(L, index)) {
        lua_newtable(L);
        lua_replace(L, index);
    }
    luaL_checktype(L, index, LUA_TTABLE);
}

/* job([options]) → job; or nil, message, code, name */
static int new_job(lua_State *L)
{
    default_options(L, 1);
    lua_pushnil(L); /* no parent */
    lua_insert(L, 1);
    return create(L, NULL, "jg.job");
}

/* job:job([options]) → a job inside this one */
static int new_nested_job(lua_State *L)
{
    struct jg_job *parent = jg_check_job(L, 1);
    default_options(L, 2);
    return create(L, parent, "job:job");
}

static void push_list(lua_State *L)
{
    lua_newtable(L);
    luaL_setmetatable(L, "jghost.jobs");
}

/* Adds a job to the list below the table of jobs, unless it is about to be collected. */
static lua_Integer add_to_list(lua_State *L, const struct jg_job *job, lua_Integer count)
{
    if (lua_rawgetp(L, -1, job) == LUA_TUSERDATA) {
        lua_rawseti(L, -3, ++count);
        return count;
    }
    lua_pop(L, 1);
    return count;
}

/* job:jobs() → the open jobs inside it */
static int list_jobs(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, 1);
    lua_Integer count = 0;
    push_list(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &by_pointer);
    for (struct jg_job *child = job->children; child != NULL; child = child->next)
        count = add_to_list(L, child, count);
    lua_pop(L, 1);
    return 1;
}

/* jobs() → the outermost jobs that are open */
static int list_outermost(lua_State *L)
{
    lua_Integer count = 0;
    push_list(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &by_pointer);
    for (struct jg_job *job = jg_host_of(L)->jobs; job != NULL; job = job->next_open) {
        if (job->parent == NULL)
            count = add_to_list(L, job, count);
    }
    lua_pop(L, 1);
    return 1;
}

/* job:kind() → what keeps it together: "cgroup", "reaper", "namespace", "job-object" */
static int kind(lua_State *L)
{
    lua_pushstring(L, jg_os_job_kind(jg_check_job(L, 1)->os));
    return 1;
}

/* leaks_of(job) → what is to be done about leaks, or nil */
static int leaks_of(lua_State *L)
{
    jg_check_job(L, 1);
    lua_getiuservalue(L, 1, LEAKS);
    return 1;
}

/* is_open(job) → boolean */
static int tell_open(lua_State *L)
{
    lua_pushboolean(L, is_open(luaL_checkudata(L, 1, job_type.name)));
    return 1;
}

/* job:terminate([code]) → true: asks for the end of everything in it, and doesn't wait for it */
static int terminate(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, 1);
    lua_Integer code = luaL_optinteger(L, 2, JG_KILLED);
    luaL_argcheck(L, code > 0 && code <= UINT32_MAX, 2,
                  "must be an exit code that says that something is wrong, 1 to 4294967295");
    struct jg_err err;
    if (!jg_os_job_terminate(job->os, (uint32_t)code, &err))
        return jg_fail(L, &err, NULL);
    job->terminated = !job->handle.signalled;
    lua_pushboolean(L, 1);
    return 1;
}

static int set_frozen(lua_State *L, bool frozen)
{
    struct jg_job *job = jg_check_job(L, 1);
    struct jg_err err;
    if (!jg_os_job_freeze(job->os, frozen, &err))
        return jg_fail(L, &err, NULL);
    lua_pushboolean(L, 1);
    return 1;
}

/* job:freeze() → true: nothing in it runs until it is thawed */
static int freeze(lua_State *L)
{
    return set_frozen(L, true);
}

/* job:thaw() → true */
static int thaw(lua_State *L)
{
    return set_frozen(L, false);
}

/* At 2 is an error that has waited until the job is closed, or nil; above it as many values as `refused` says, which
** tell what couldn't be done. */
static int finish_closing(lua_State *L, int status, lua_KContext refused)
{
    (void)status;
    release(lua_touserdata(L, 1));
    lua_settop(L, 2 + (int)refused);
    if (!lua_isnil(L, 2)) {
        lua_settop(L, 2);
        return lua_error(L);
    }
    if (refused == 0)
        lua_pushboolean(L, 1);
    return refused == 0 ? 1 : (int)refused;
}

/* Who is on the way to his end because we have said so has leaked nothing. */
static bool ends_already(const struct jg_job *job)
{
    while (job != NULL && !job->terminated && !job->cpu.reached)
        job = job->parent;
    return job != NULL;
}

/* Whoever closes it, or one around it, at this moment has looked already.
** At 2 is the error on its way that makes a scope end, or nil: in its place comes what is to be raised. */
static void look_for_leaks(lua_State *L, const struct jg_job *job)
{
    bool failing = !lua_isnil(L, 2);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    bool wanted = lua_getiuservalue(L, 1, LEAKS) != LUA_TNIL || job->children != NULL;
    if (wanted && is_open(job) && !job->handle.signalled && !ends_already(job)) {
        jg_leaks_look(L, failing);
        return;
    }
    lua_settop(L, 1);
    lua_pushnil(L);
}

/* job:close(): ends everything in it, and waits until it is gone. Any number of times. */
static int close_job(lua_State *L)
{
    struct jg_job *job = luaL_checkudata(L, 1, job_type.name);
    struct jg_err err;
    lua_settop(L, 2);
    look_for_leaks(L, job);
    if (job->os == NULL)
        lua_settop(L, 1); /* somebody else has closed it meanwhile, and it was his to look */
    if (job->os == NULL || job->handle.signalled)
        return finish_closing(L, LUA_OK, 0);
    job->closing = true;
    int refused = jg_os_job_terminate(job->os, JG_KILLED, &err) ? 0 : jg_fail(L, &err, NULL);
    return jg_wait_one(L, &job->handle, refused == 0 ? INFINITY : PATIENCE, finish_closing, refused);
}

/* A collected job can't wait, but it ends. */
static int collect(lua_State *L)
{
    release(luaL_checkudata(L, 1, job_type.name));
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_job *job = luaL_checkudata(L, 1, job_type.name);
    lua_getiuservalue(L, 1, NAME);
    const char *name = lua_isstring(L, -1) ? lua_pushfstring(L, " %s", lua_tostring(L, -1)) : "";
    const char *state = job->os == NULL ? "closed" : job->handle.signalled ? "empty" : "populated";
    lua_pushfstring(L, "job%s (%s): %p", name, state, (void *)job);
    return 1;
}

static int get_field(lua_State *L)
{
    luaL_checkudata(L, 1, job_type.name);
    luaL_checkstring(L, 2);
    luaL_getmetafield(L, 1, "methods");
    lua_pushvalue(L, 2);
    if (lua_gettable(L, -2) != LUA_TNIL)
        return 1;
    lua_pushliteral(L, "name");
    if (!lua_compare(L, 2, -1, LUA_OPEQ))
        return 0;
    lua_getiuservalue(L, 1, NAME);
    return 1;
}

static void make_weak_table(lua_State *L)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &by_pointer);
}

void jg_open_job(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"job", new_nested_job},     {"jobs", list_jobs},     {"spawn", jg_job_spawn},
        {"terminate", terminate},    {"freeze", freeze},      {"thaw", thaw},
        {"close", close_job},        {"usage", jg_job_usage}, {"processes", jg_job_processes},
        {"held_by", jg_job_held_by}, {"kind", kind},          {NULL, NULL},
    };
    static const luaL_Reg metamethods[] = {
        {"__index", get_field}, {"__tostring", to_string}, {"__gc", collect}, {"__close", close_job}, {NULL, NULL}};
    make_weak_table(L);
    jg_new_handle_type(L, &job_type, "job_methods", methods, metamethods);
    luaL_newmetatable(L, "jghost.jobs"); /* the scripts give it a __tostring */
    lua_setfield(L, -2, "jobs_metatable");
    lua_pushcfunction(L, leaks_of);
    lua_setfield(L, -2, "leaks_of");
    lua_pushcfunction(L, tell_open);
    lua_setfield(L, -2, "is_open");
    lua_pushcfunction(L, list_outermost);
    lua_setfield(L, -2, "jobs");
    lua_pushcfunction(L, new_job);
    lua_setfield(L, -2, "job");
}
