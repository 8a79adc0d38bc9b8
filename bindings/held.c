/*
** held.c: who holds what a process was given: its standard input and outputs, its terminal?
**
** Their identities are noted when they are opened: they are found again when we have closed our end of a pipe, or a
** file has another name by then.
*/
#include "process.h"

/* Whose: this process's, or if that is NULL, that of all in the job. */
struct search {
    struct jg_host *host;
    const struct jg_process *process;
    const struct jg_job *job;
};

static bool is_meant(const struct search *search, const struct jg_process *process)
{
    if (search->process != NULL)
        return process == search->process;
    return process->job != NULL && jg_job_inside(process->job, search->job);
}

static bool same(const struct jg_os_identity *a, const struct jg_os_identity *b)
{
    return a->device == b->device && a->number == b->number && (a->device != 0 || a->number != 0);
}

static void forget_held(const struct search *search)
{
    for (struct jg_process *process = search->host->processes; process != NULL; process = process->next) {
        for (int i = 0; i < JG_GIVEN; i++)
            process->given[i].held = false;
    }
}

static void mark(const struct jg_os_identity *identity, void *argument)
{
    const struct search *search = argument;
    for (struct jg_process *process = search->host->processes; process != NULL; process = process->next) {
        for (int i = 0; i < JG_GIVEN; i++) {
            if (same(&process->given[i].identity, identity) && is_meant(search, process))
                process->given[i].held = true;
        }
    }
}

/* Pushes a name that isn't in the set on top of the stack yet, and adds it. False: it is. */
static bool add_name(lua_State *L, const char *name)
{
    bool is_new = lua_getfield(L, -1, name) == LUA_TNIL;
    lua_pop(L, 1);
    if (!is_new)
        return false;
    lua_pushstring(L, name);
    lua_pushvalue(L, -1);
    lua_pushboolean(L, 1);
    lua_rawset(L, -4);
    return true;
}

/* A list of the names that are marked, each once. */
static int push_marked(lua_State *L, const struct search *search)
{
    lua_Integer count = 0;
    lua_newtable(L);
    lua_newtable(L);
    for (int i = 0; i < JG_GIVEN; i++) {
        for (struct jg_process *process = search->host->processes; process != NULL; process = process->next) {
            const struct jg_given *given = &process->given[i];
            if (given->held && add_name(L, given->name))
                lua_rawseti(L, -3, ++count);
        }
    }
    lua_pop(L, 1);
    return 1;
}

static int look(lua_State *L, struct search *search)
{
    lua_Integer pid = luaL_checkinteger(L, 2);
    struct jg_err err;
    forget_held(search);
    if (!jg_os_process_holds(pid, mark, search, &err))
        return jg_fail(L, &err, lua_pushfstring(L, "%I", (LUAI_UACINT)pid));
    return push_marked(L, search);
}

/* process:held_by(pid) → list of what that process holds of this one's; or nil, message, code, name */
int jg_process_held_by(lua_State *L)
{
    struct search search = {.host = jg_host_of(L), .process = luaL_checkudata(L, 1, "jghost.process")};
    return look(L, &search);
}

/* job:held_by(pid) → the same, of those that were spawned in the job and in the jobs inside it */
int jg_job_held_by(lua_State *L)
{
    struct search search = {.host = jg_host_of(L), .job = jg_check_job(L, 1)};
    return look(L, &search);
}
