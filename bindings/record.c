/*
** record.c: what a script has read of a stream, kept as captures are: bounded, its head and its tail.
*/
#include <string.h>

#include "reader.h"

enum { LIMIT = 8 << 20 };

static const char type_name[] = "jghost.record";

static struct jg_capture *check_record(lua_State *L)
{
    return luaL_checkudata(L, 1, type_name);
}

/* record(options) → a record that keeps as many bytes as their capture_limit says */
static int make(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    size_t limit = (size_t)jg_bytes_option(L, 1, "core.record", "capture_limit", LIMIT);
    struct jg_capture *capture = lua_newuserdatauv(L, sizeof *capture, 0);
    *capture = (struct jg_capture){.limit = limit};
    luaL_setmetatable(L, type_name);
    return 1;
}

/* record:add(text) */
static int add(lua_State *L)
{
    static char scratch[4096];
    struct jg_capture *capture = check_record(L);
    size_t left;
    const char *text = luaL_checklstring(L, 2, &left);
    while (left > 0) {
        char *space;
        size_t size;
        jg_capture_space(capture, &space, &size, scratch, sizeof scratch);
        size = size < left ? size : left;
        memcpy(space, text, size);
        jg_capture_add(capture, space, size);
        text += size;
        left -= size;
    }
    return 0;
}

/* record:text() → what it has kept; what it has left out is said where it would stand */
static int push_text(lua_State *L)
{
    jg_capture_push(L, check_record(L));
    return 1;
}

/* record:omitted() → how many bytes it has left out */
static int push_omitted(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)jg_capture_omitted(check_record(L)));
    return 1;
}

static int collect(lua_State *L)
{
    jg_capture_free(check_record(L));
    return 0;
}

void jg_open_record(lua_State *L)
{
    static const luaL_Reg methods[] = {{"add", add}, {"text", push_text}, {"omitted", push_omitted}, {NULL, NULL}};
    luaL_newmetatable(L, type_name);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "record");
}
