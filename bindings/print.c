/*
** print.c: print, io.write and io.flush.
**
** They are lua(1)'s, but keep why standard output couldn't be written: print ignores that, and a script may do so, too.
** And the line that is being typed at a prompt makes way for what they print.
*/
#include <errno.h>
#include <lualib.h>
#include <stdio.h>

#include "../host/output.h"
#include "bindings.h"

/* What makes a text of a value may wait, and then a line may be asked for. */
static void put(lua_State *L, const char *text, size_t length)
{
    jg_console_printing(jg_host_of(L), false);
    if (fwrite(text, 1, length, stdout) != length)
        jg_output_lost(errno);
}

/* print(...) */
static int print(lua_State *L)
{
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        size_t length;
        const char *text = luaL_tolstring(L, i, &length);
        if (i > 1)
            put(L, "\t", 1);
        put(L, text, length);
        lua_pop(L, 1);
    }
    put(L, "\n", 1);
    jg_output_flush();
    return 0;
}

/* May what this function writes be seen on the terminal? io.write has no file as its argument: it may. */
static bool is_seen(lua_State *L)
{
    const luaL_Stream *stream = luaL_testudata(L, 1, LUA_FILEHANDLE);
    return stream == NULL || stream->f == stdout || stream->f == stderr;
}

/* Are the arguments together a text that doesn't end with a newline? */
static bool is_begun(lua_State *L)
{
    for (int i = lua_gettop(L); i > 0; i--) {
        size_t length = 0;
        const char *text = lua_type(L, i) == LUA_TSTRING ? lua_tolstring(L, i, &length) : NULL;
        if (length > 0 || lua_type(L, i) == LUA_TNUMBER)
            return text == NULL || text[length - 1] != '\n';
    }
    return false;
}

/* Lua's own function, of which it makes no difference who calls it, and what it says if it has failed. */
static int watch(lua_State *L)
{
    struct jg_host *host = jg_host_of(L);
    int failed = ferror(stdout);
    if (host->console != NULL && is_seen(L))
        jg_console_printing(host, is_begun(L));
    int results = lua_tocfunction(L, lua_upvalueindex(1))(L);
    if (!failed && ferror(stdout) && results == 3 && lua_isinteger(L, -1))
        jg_output_lost((int)lua_tointeger(L, -1));
    return results;
}

/* Those of the table on top of the stack, which is popped. */
static void watch_functions(lua_State *L)
{
    static const char *const names[] = {"write", "flush"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        lua_getfield(L, -1, names[i]);
        lua_pushcclosure(L, watch, 1);
        lua_setfield(L, -2, names[i]);
    }
    lua_pop(L, 1);
}

void jg_open_print(lua_State *L)
{
    lua_pushcfunction(L, print);
    lua_setglobal(L, "print");
    lua_getglobal(L, LUA_IOLIBNAME);
    watch_functions(L);
    luaL_getmetatable(L, LUA_FILEHANDLE);
    lua_getfield(L, -1, "__index");
    watch_functions(L);
    lua_pop(L, 1);
}
