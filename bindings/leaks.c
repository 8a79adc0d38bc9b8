/*
** leaks.c: who is left in a job when those have ended whom the script has spawned in it?
**
** Who that is, and what is to be done about it, is policy: scripts/jghost/leaks.lua says it.
*/
#include <math.h>

#include "process.h"

static char checker, looker; /* their addresses are the registry's keys for the scripts' two functions */

/* on_close(check, look): check(policy, where) raises an error unless that is one; look(job, policy, failing) is called
** before a job is closed that has one, or has jobs inside it, and what it raises is raised when it has been closed */
static int on_close(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &looker);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &checker);
    return 0;
}

void jg_leaks_push_option(lua_State *L, int options, const char *function)
{
    if (lua_getfield(L, options, "leaks") == LUA_TNIL)
        return;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &checker);
    lua_pushvalue(L, -2);
    lua_pushfstring(L, "%s: option 'leaks'", function);
    lua_call(L, 2, 0);
}

void jg_leaks_look(lua_State *L, bool failing)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &looker);
    lua_insert(L, -3);
    lua_pushboolean(L, failing);
    if (lua_pcall(L, 3, 0, 0) == LUA_OK)
        lua_pushnil(L);
}

/* Is it in the job, and not known yet which process it is? */
static bool is_unborn(const struct jg_process *process, const struct jg_job *job)
{
    return !process->born.signalled && process->os != NULL && jg_os_process_pid(process->os) == -1 &&
           process->job != NULL && jg_job_inside(process->job, job);
}

static int settle_on(lua_State *L, int status, lua_KContext context)
{
    const struct jg_job *job = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    for (struct jg_process *process = jg_host_of(L)->processes; process != NULL; process = process->next) {
        if (is_unborn(process, job))
            return jg_wait_one(L, &process->born, INFINITY, settle_on, 0);
    }
    return 0;
}

/* settle(job): waits until it is known of all that are being spawned in it which processes they are */
static int settle(lua_State *L)
{
    jg_check_job(L, 1);
    lua_settop(L, 1);
    return settle_on(L, LUA_OK, 0);
}

void jg_open_leaks(lua_State *L)
{
    lua_pushcfunction(L, on_close);
    lua_setfield(L, -2, "on_close");
    lua_pushcfunction(L, settle);
    lua_setfield(L, -2, "settle");
}
