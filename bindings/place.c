/*
** place.c: where in the script something is, as "file:line".
*/
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
