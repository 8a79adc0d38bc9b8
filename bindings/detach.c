/*
** detach.c: jg.detach{...}, and the list of those that were detached.
**
** What is asked for, and waited for until the command runs, is a userdata that nobody but this file sees. A task that
** is cancelled meanwhile leaves it to be collected: what has begun by then goes on.
*/
#include <math.h>
#include <string.h>

#include "../host/detached.h"
#include "command.h"

#define FUNCTION "jg.detach"

enum { OPTIONS = 1, REQUEST = 2, TEXTS = 3 }; /* the stack of detach */

static const char *const option_names[] = {"cwd", "env", "clear_env", "stdin", "stdout", "stderr", "name", NULL};

struct request {
    struct jg_handle answered;
    struct jg_host *host;
    struct jg_os_detach *os; /* NULL: not asked, or answered */
    struct jg_os_detached detached;
    struct jg_err err; /* OK: it runs */
    int opened[3];     /* files for its streams */
    char command[JG_DETACHED_COMMAND];
};

static const struct jg_handle_type request_type = {"jghost.detaching", NULL, NULL};

static struct request *push_request(lua_State *L)
{
    struct request *request = lua_newuserdatauv(L, sizeof *request, 0);
    *request = (struct request){.answered.type = &request_type, .host = jg_host_of(L), .opened = {-1, -1, -1}};
    luaL_setmetatable(L, request_type.name);
    return request;
}

static void close_opened(struct request *request)
{
    for (int i = 0; i < 3; i++) {
        if (request->opened[i] != -1)
            jg_close_descriptor(request->opened[i]);
        request->opened[i] = -1;
    }
}

static int collect(lua_State *L)
{
    struct request *request = luaL_checkudata(L, 1, request_type.name);
    close_opened(request);
    if (request->os != NULL) {
        jg_os_detach_release(request->os);
        request->host->detaching--;
    }
    request->os = NULL;
    return 0;
}

static void on_answered(void *owner, const struct jg_os_detached *detached, const struct jg_err *err)
{
    struct request *request = owner;
    if (err != NULL)
        request->err = *err;
    else
        request->detached = *detached;
    request->os = NULL;
    request->host->detaching--;
    jg_handle_signal(&request->answered);
}

/* ---- its streams: nothing that would end with the harness ---- */

static struct jg_stdio_plan check_stdio(lua_State *L, int which)
{
    struct jg_stdio_plan plan = jg_stdio_option(L, OPTIONS, FUNCTION, which, JG_STDIO_TO_NULL);
    const char *choice = which == 2 ? "it is \"null\", \"stdout\" or a file's name" : "it is \"null\" or a file's name";
    bool is_ours = plan.mode == JG_STDIO_TO_OURS || plan.mode == JG_STDIO_TO_PIPE || plan.mode == JG_STDIO_TO_CAPTURE;
    if (is_ours)
        luaL_error(L, FUNCTION ": option '%s' can't be \"%s\", whose other end vanishes with the run; %s",
                   jg_stdio_names[which], plan.text, choice);
    if (plan.mode == JG_STDIO_TO_STDOUT && which != 2)
        luaL_error(L, FUNCTION ": option '%s' can't be \"stdout\"; for a file of that name write \"./stdout\"",
                   jg_stdio_names[which]);
    if (plan.mode == JG_STDIO_TO_FILE && plan.text[0] == '\0')
        luaL_error(L, FUNCTION ": option '%s' is empty; %s", jg_stdio_names[which], choice);
    return plan;
}

static bool open_stdio(struct request *request, const struct jg_stdio_plan *plans, int *stdio,
                       struct jg_refusal *refusal)
{
    for (int i = 0; i < 3; i++) {
        if (plans[i].mode == JG_STDIO_TO_STDOUT)
            stdio[i] = stdio[1];
        else if (!jg_stdio_open(request->host, i, &plans[i], &request->opened[i], &stdio[i], refusal))
            return false;
    }
    return true;
}

/* ---- detaching ---- */

static int fail(lua_State *L, const struct jg_err *err)
{
    if (strncmp(err->what, JG_DETACHED_CANNOT_LOG, sizeof JG_DETACHED_CANNOT_LOG - 1) == 0)
        return jg_fail(L, err, jg_os_detached_log());
    return jg_fail_start(L, err, OPTIONS);
}

static int finish(lua_State *L, int status, lua_KContext context)
{
    const struct request *request = lua_touserdata(L, REQUEST);
    (void)status;
    (void)context;
    if (request->err.kind != JG_ERR_OK)
        return fail(L, &request->err);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, request->detached.pid);
    lua_setfield(L, -2, "host_pid");
    lua_pushnumber(L, request->detached.started);
    lua_setfield(L, -2, "started");
    lua_pushstring(L, request->command);
    lua_setfield(L, -2, "command");
    lua_getfield(L, TEXTS, "name");
    lua_setfield(L, -2, "name");
    luaL_setmetatable(L, "jghost.detached");
    return 1;
}

static int to_string(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_getfield(L, 1, "name");
    lua_getfield(L, 1, "host_pid");
    lua_pushfstring(L, "detached process %s (pid %s)", luaL_tolstring(L, 2, NULL), luaL_tolstring(L, 3, NULL));
    return 1;
}

/* detach{...} → {host_pid, started, command, name}; or nil, message, code, name. Goes on when it runs, or is known not
** to. */
static int detach(lua_State *L)
{
    struct jg_refusal refusal;
    struct jg_stdio_plan plans[3];
    struct jg_err err;
    luaL_checktype(L, OPTIONS, LUA_TTABLE);
    lua_settop(L, OPTIONS);
    luaL_checkstack(L, 40, FUNCTION);
    jg_check_options(L, OPTIONS, FUNCTION, LUA_MAXINTEGER, option_names);

    struct request *request = push_request(L);
    lua_newtable(L);
    struct jg_os_command command = {.argv = jg_check_arguments(L, OPTIONS, TEXTS, FUNCTION)};
    command.cwd = jg_string_option(L, OPTIONS, FUNCTION, "cwd");
    command.env = jg_check_environment(L, OPTIONS, FUNCTION, false);
    for (int i = 0; i < 3; i++)
        plans[i] = check_stdio(L, i);
    lua_pushstring(L, jg_name_option(L, OPTIONS, FUNCTION, command.argv));
    lua_setfield(L, TEXTS, "name");
    jg_detached_join(request->command, sizeof request->command, command.argv);

    if (!jg_os_may_detach(&err))
        return jg_fail(L, &err, command.argv[0]);
    bool ok = open_stdio(request, plans, command.stdio, &refusal);
    if (!ok) {
        close_opened(request);
        return jg_fail_uv(L, refusal.code, refusal.what, refusal.subject);
    }
    ok = jg_os_detach(request->host->os, &command, on_answered, request, &request->os, &err);
    close_opened(request);
    if (!ok)
        return fail(L, &err);
    request->host->detaching++;
    return jg_wait_one(L, &request->answered, INFINITY, finish, 0);
}

/* ---- those that were detached ---- */

struct listing {
    lua_State *L;
    lua_Integer count;
};

static void add_detached(const struct jg_detached *entry, void *argument)
{
    struct listing *listing = argument;
    lua_State *L = listing->L;
    lua_createtable(L, 0, 5);
    lua_pushinteger(L, entry->pid);
    lua_setfield(L, -2, "pid");
    lua_pushinteger(L, entry->when);
    lua_setfield(L, -2, "started");
    lua_pushinteger(L, entry->run);
    lua_setfield(L, -2, "run");
    lua_pushstring(L, entry->user);
    lua_setfield(L, -2, "user");
    lua_pushstring(L, entry->command);
    lua_setfield(L, -2, "command");
    lua_rawseti(L, -2, ++listing->count);
}

/* detached() → list of those that live; or nil, message, code, name */
static int list_detached(lua_State *L)
{
    struct listing listing = {L, 0};
    struct jg_err err;
    int damaged;
    lua_newtable(L);
    if (jg_os_detached(add_detached, &listing, &damaged, &err))
        return 1;
    const char *log = jg_os_detached_log();
    if (damaged != 0)
        log = lua_pushfstring(L, "%s (line %d is none of its lines: mend it, or delete the file)", log, damaged);
    return jg_fail(L, &err, log);
}

void jg_open_detach(lua_State *L)
{
    static const luaL_Reg functions[] = {{"detach", detach}, {"detached", list_detached}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    luaL_newmetatable(L, request_type.name);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    luaL_newmetatable(L, "jghost.detached");
    lua_pushcfunction(L, to_string);
    lua_setfield(L, -2, "__tostring");
    lua_pop(L, 2);
}
