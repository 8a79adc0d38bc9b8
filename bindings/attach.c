/*
** attach.c: looking into a harness that is running: the side that lets in, and the side that looks.
**
** Whoever attaches gets a task, which runs the module jghost.attached. That module is loaded when the
** first one comes; nothing that happens to it, and nothing that comes from there, is an error of the
** harness's.
*/
#include <stdlib.h>

#include "stream.h"

enum { SLICE = 10000 }; /* Lua's instructions until a busy statement gives way */

struct jg_newcomer {
    struct jg_newcomer *next;
    int descriptor; /* -1: a stream has it */
};

static char require_key; /* its address is the registry's key for Lua's `require`: the script may change its own */

/* ---- letting in ---- */

static void on_attached(void *owner, int descriptor)
{
    struct jg_host *host = owner;
    struct jg_newcomer *newcomer = malloc(sizeof *newcomer);
    if (newcomer == NULL) {
        jg_close_descriptor(descriptor);
        return;
    }
    *newcomer = (struct jg_newcomer){host->newcomers, descriptor};
    host->newcomers = newcomer;
}

void jg_attach_listen(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    struct jg_err ignored;
    lua_getglobal(L, "require");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &require_key);
    jg_os_attach_listen(host->os, on_attached, host, &ignored);
}

/* Makes the stream on top of the stack the connection, whose descriptor it takes over. Raises an error, too. */
static void open_connection(lua_State *L, int descriptor)
{
    int code = jg_stream_open(lua_touserdata(L, -1), descriptor, JG_STREAM_READS | JG_STREAM_WRITES);
    if (code != 0)
        luaL_error(L, "cannot open the connection: %s", uv_strerror(code));
}

static int end_session(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 0;
}

/* In protected mode: (connection) */
static int serve(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &require_key);
    lua_pushliteral(L, "jghost.attached");
    lua_call(L, 1, 1);
    lua_insert(L, 1);
    lua_callk(L, 1, 0, 0, end_session);
    return 0;
}

/* What the task runs: (connection), which is closed with it. */
static int session(lua_State *L)
{
    lua_toclose(L, 1);
    lua_pushcfunction(L, serve);
    lua_pushvalue(L, 1);
    return end_session(L, lua_pcallk(L, 1, 0, 0, 0, end_session), 0);
}

/* In protected mode: (newcomer) */
static int start_session(lua_State *L)
{
    struct jg_newcomer *newcomer = lua_touserdata(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &require_key);
    lua_pushliteral(L, "jghost.core"); /* the script may not have needed it: it has the streams' methods */
    lua_call(L, 1, 0);
    lua_pushcfunction(L, session);
    jg_stream_push(L);
    int descriptor = newcomer->descriptor;
    newcomer->descriptor = -1;
    open_connection(L, descriptor);
    struct jg_task *task = jg_task_push(L, 1);
    task->internal = true;
    lua_pushliteral(L, "attached");
    lua_setiuservalue(L, -2, JG_TASK_NAME);
    task->observed = true; /* whatever becomes of it is none of the script's business */
    return 0;
}

void jg_attach_receive(struct jg_host *host)
{
    lua_State *L = host->L;
    while (host->newcomers != NULL) {
        struct jg_newcomer *newcomer = host->newcomers;
        host->newcomers = newcomer->next;
        if (!host->finishing && lua_checkstack(L, 4)) {
            lua_pushcfunction(L, start_session);
            lua_pushlightuserdata(L, newcomer);
            if (lua_pcall(L, 1, 0, 0) != LUA_OK)
                lua_pop(L, 1);
        }
        if (newcomer->descriptor != -1)
            jg_close_descriptor(newcomer->descriptor);
        free(newcomer);
    }
}

/* A hook: a statement that computes for long lets the others go on, among them the task that would
** interrupt it. */
static void give_way(lua_State *L, lua_Debug *debug)
{
    struct jg_task *task = jg_host_of(L)->current;
    (void)debug;
    if (task != NULL && task->L == L && lua_isyieldable(L))
        lua_yield(L, 0);
}

/* preemptible(): from now on the task that runs gives way now and then */
static int preemptible(lua_State *L)
{
    lua_sethook(L, give_way, LUA_MASKCOUNT, SLICE);
    return 0;
}

/* ---- looking ---- */

struct listing {
    lua_State *L;
    lua_Integer count;
};

static void set_text(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value); /* nil for NULL */
    lua_setfield(L, -2, name);
}

static void add_harness(const struct jg_os_harness_info *info, void *argument)
{
    struct listing *listing = argument;
    lua_State *L = listing->L;
    lua_createtable(L, 0, 8);
    lua_pushinteger(L, info->id);
    lua_setfield(L, -2, "id");
    set_text(L, "user", info->user);
    set_text(L, "level", info->level);
    set_text(L, "state", info->state);
    set_text(L, "command", info->command);
    set_text(L, "folder", info->folder);
    lua_pushnumber(L, info->started);
    lua_setfield(L, -2, "started");
    if (info->processes >= 0) {
        lua_pushinteger(L, info->processes);
        lua_setfield(L, -2, "processes");
    }
    lua_rawseti(L, -2, ++listing->count);
}

/* harnesses() → list of those that can be seen; or nil, message, code, name */
static int list_harnesses(lua_State *L)
{
    struct listing listing = {L, 0};
    struct jg_err err;
    lua_newtable(L);
    if (!jg_os_harnesses(add_harness, &listing, &err))
        return jg_fail(L, &err, NULL);
    return 1;
}

/* attach(id) → stream to read and to write; or nil, message, code, name */
static int attach(lua_State *L)
{
    lua_Integer id = luaL_checkinteger(L, 1);
    int descriptor;
    struct jg_err err;
    jg_stream_push(L);
    if (!jg_os_attach(id, &descriptor, &err))
        return jg_fail(L, &err, lua_pushfstring(L, "%I", (LUAI_UACINT)id));
    open_connection(L, descriptor);
    return 1;
}

void jg_open_attach(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"harnesses", list_harnesses}, {"attach", attach}, {"preemptible", preemptible}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
