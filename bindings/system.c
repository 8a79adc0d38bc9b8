/*
** system.c: time, the guarantee, descriptors.
*/
#include "bindings.h"

void jg_close_descriptor(int descriptor)
{
    uv_fs_t request;
    uv_fs_close(NULL, &request, descriptor, NULL);
    uv_fs_req_cleanup(&request);
}

int jg_open_descriptor(const char *path, int flags)
{
    uv_fs_t request;
    int descriptor = uv_fs_open(NULL, &request, path, flags, 0666, NULL);
    uv_fs_req_cleanup(&request);
    return descriptor;
}

/* now() → seconds of a clock that only goes forward */
static int now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)uv_hrtime() * 1e-9);
    return 1;
}

/* guarantee() → {level, why} */
static int guarantee(lua_State *L)
{
    const struct jg_guarantee *held = jg_os_guarantee();
    lua_createtable(L, 0, 2);
    lua_pushstring(L, jg_level_name(held->level));
    lua_setfield(L, -2, "level");
    if (held->why[0] != '\0') {
        lua_pushstring(L, held->why);
        lua_setfield(L, -2, "why");
    }
    return 1;
}

/* is_terminal(descriptor) → is it one? */
static int is_terminal(lua_State *L)
{
    lua_Integer descriptor = luaL_checkinteger(L, 1);
    luaL_argcheck(L, descriptor >= 0 && descriptor <= 2, 1, "must be 0, 1 or 2");
    lua_pushboolean(L, jg_os_is_terminal((int)descriptor));
    return 1;
}

/* processors() → how many this process may use at once */
static int processors(lua_State *L)
{
    lua_pushinteger(L, jg_os_processors());
    return 1;
}

void jg_open_system(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"now", now}, {"guarantee", guarantee}, {"is_terminal", is_terminal}, {"processors", processors}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
