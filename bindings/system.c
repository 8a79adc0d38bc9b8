/*
** system.c: time, the guarantee, descriptors, names of options.
*/
#include <sys/stat.h>

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
    if (!jg_os_is_name(path))
        return UV_ECHARSET; /* libuv would take another name for it */
    int descriptor = uv_fs_open(NULL, &request, path, flags, 0666, NULL);
    uv_fs_req_cleanup(&request);
    return descriptor;
}

bool jg_is_folder(const char *path)
{
    uv_fs_t request;
    bool is = uv_fs_stat(NULL, &request, path, NULL) == 0 && (request.statbuf.st_mode & S_IFMT) == S_IFDIR;
    uv_fs_req_cleanup(&request);
    return is;
}

/* now() → seconds of a clock that only goes forward */
static int now(lua_State *L)
{
    lua_pushnumber(L, jg_seconds_now());
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
    luaL_setmetatable(L, "jghost.guarantee");
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

/* terminal_width() → how many characters a line of the terminal that is standard output has; nil if it is none */
static int terminal_width(lua_State *L)
{
    int width = jg_os_terminal_width(1);
    if (width > 0)
        lua_pushinteger(L, width);
    else
        luaL_pushfail(L);
    return 1;
}

/* processors() → how many this process may use at once */
static int processors(lua_State *L)
{
    lua_pushinteger(L, jg_os_processors());
    return 1;
}

/* check_options(options, function, names): raises an error if a key in `options` isn't one of the names */
static int check_options(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const char *function = luaL_checkstring(L, 2);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_Integer count = luaL_len(L, 3);
    const char **names = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *names, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_geti(L, 3, i);
        names[i - 1] = luaL_checkstring(L, -1); /* the table keeps it */
        lua_pop(L, 1);
    }
    names[count] = NULL;
    jg_check_options(L, 1, function, LUA_MAXINTEGER, names);
    return 0;
}

void jg_open_system(lua_State *L)
{
    static const luaL_Reg functions[] = {{"now", now},
                                         {"guarantee", guarantee},
                                         {"is_terminal", is_terminal},
                                         {"terminal_width", terminal_width},
                                         {"processors", processors},
                                         {"check_options", check_options},
                                         {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
