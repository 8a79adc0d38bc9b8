/*
** place.c: where in the script something is, as "file:line".
*/
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bindings.h"

/* The library's scripts are embedded under such names. */
static bool is_own(const lua_Debug *debug)
{
    return strncmp(debug->source, "@jghost/", 8) == 0;
}

bool jg_place_of_function(lua_State *L, char place[JG_PLACE])
{
    lua_Debug debug;
    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &debug);
    if (debug.linedefined > 0)
        snprintf(place, JG_PLACE, "%s:%d", debug.short_src, debug.linedefined);
    else
        snprintf(place, JG_PLACE, "%s", debug.short_src);
    return !is_own(&debug);
}

bool jg_place_of_stack(lua_State *of, char place[JG_PLACE])
{
    lua_Debug debug;
    place[0] = '\0';
    for (int level = 0; lua_getstack(of, level, &debug); level++) {
        lua_getinfo(of, "Sl", &debug);
        bool own = is_own(&debug);
        if (debug.currentline <= 0 || (own && place[0] != '\0'))
            continue;
        snprintf(place, JG_PLACE, "%s:%d", debug.short_src, debug.currentline);
        if (!own)
            return true;
    }
    return false;
}

/* Where the traceback of an error begins that the library raised because of what the script gave it: at the library's
** function that the script has called. A fault of the library's own, whose message says so, is shown whole. */
static int first_of_interest(lua_State *L, const char *message, int level, int bottom)
{
    lua_Debug debug;
    int own = level;
    if (strncmp(message, "jghost/", 7) == 0)
        return level;
    for (int i = level; i < bottom && lua_getstack(L, i, &debug); i++) {
        lua_getinfo(L, "Sl", &debug);
        if (is_own(&debug))
            own = i;
        else if (debug.currentline > 0)
            break;
    }
    return own;
}

void jg_place_push_traceback(lua_State *L, const char *message, int level)
{
    luaL_traceback(L, L, message, first_of_interest(L, message, level, INT_MAX));
}

/* traceback(message, level, bottom): the same, where what is at `bottom` and below it isn't the script's */
static int traceback(lua_State *L)
{
    const char *message = luaL_checkstring(L, 1);
    int level = (int)luaL_checkinteger(L, 2), bottom = (int)luaL_checkinteger(L, 3);
    luaL_traceback(L, L, message, first_of_interest(L, message, level, bottom));
    return 1;
}

void jg_open_place(lua_State *L)
{
    lua_pushcfunction(L, traceback);
    lua_setfield(L, -2, "traceback");
}
