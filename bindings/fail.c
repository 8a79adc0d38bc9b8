/*
** fail.c: how a refusal by the system reaches the script, and how its own mistakes are told to it.
*/
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../host/nearest.h"
#include "bindings.h"

static int fail(lua_State *L, const char *what, const char *subject, const char *reason, int native, const char *name)
{
    luaL_pushfail(L);
    if (subject != NULL)
        lua_pushfstring(L, "%s %s: %s", what, subject, reason);
    else
        lua_pushfstring(L, "%s: %s", what, reason);
    lua_pushinteger(L, native);
    lua_pushstring(L, name);
    return 4;
}

int jg_fail(lua_State *L, const struct jg_err *err, const char *subject)
{
    char reason[512];
    return fail(L, err->what, subject, jg_os_err_text(err->native, reason, sizeof reason), err->native,
                jg_err_name(err->kind));
}

int jg_fail_uv(lua_State *L, int code, const char *what, const char *subject)
{
    /* libuv's codes are the negated native ones, or its own numbers, which the platform knows, too */
    struct jg_err err;
    jg_err_set(&err, -code, what);
    return jg_fail(L, &err, subject);
}

int jg_fail_timeout(lua_State *L)
{
    luaL_pushfail(L);
    lua_pushliteral(L, "timeout");
    return 2;
}

static int describe(lua_State *L)
{
    if (lua_isstring(L, 1) || luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL)
        luaL_tolstring(L, 1, NULL); /* calls the script's __tostring, which may fail */
    else
        lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    return 1;
}

void jg_complain(lua_State *L, const char *what)
{
    lua_pushcfunction(L, describe);
    lua_insert(L, -2);
    lua_pcall(L, 1, 1, 0);
    const char *text = lua_tostring(L, -1);
    jg_console_printing(jg_host_of(L), false);
    fprintf(stderr, "jghost: %s%s\n", what, text != NULL ? text : "(an error without a text)");
    fflush(stderr);
    lua_pop(L, 1);
}

static size_t count_names(const char *const *names)
{
    size_t count = 0;
    while (names[count] != NULL)
        count++;
    return count;
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0)
            return true;
    }
    return false;
}

/* The value at the top is a key of the options: raises an error if it is none of the names. */
static void check_name(lua_State *L, const char *function, const char *const *names)
{
    const char *name = lua_tostring(L, -1);
    if (is_one_of(name, names))
        return;
    const char *nearest = jg_nearest(name, names, count_names(names));
    if (nearest != NULL)
        luaL_error(L, "%s: unknown option '%s'; did you mean '%s'?", function, name, nearest);
    luaL_error(L, "%s: unknown option '%s'", function, name);
}

void jg_check_options(lua_State *L, int index, const char *function, lua_Integer items, const char *const *names)
{
    lua_pushnil(L);
    while (lua_next(L, index) != 0) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING)
            check_name(L, function, names);
        else if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1 || lua_tointeger(L, -1) > items)
            luaL_error(L, "%s: unknown option [%s]", function, jg_push_description(L, -1));
    }
}

lua_Integer jg_list_length(lua_State *L, int index)
{
    lua_Integer length = luaL_len(L, index);
    index = lua_absindex(L, index);
    for (lua_pushnil(L); lua_next(L, index) != 0;) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) <= length)
            continue;
        lua_pop(L, 1);
        return length + 1;
    }
    return length;
}

const char *jg_push_description(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        return lua_pushfstring(L, "\"%s\"", lua_tostring(L, index));
    case LUA_TNIL:
    case LUA_TBOOLEAN:
    case LUA_TNUMBER:
        return luaL_tolstring(L, index, NULL);
    default:
        return lua_pushfstring(L, "a %s", luaL_typename(L, index));
    }
}

static int wrong(lua_State *L, const char *function, const char *name, const char *expected)
{
    return luaL_error(L, "%s: option '%s' must be %s, not %s", function, name, expected, jg_push_description(L, -1));
}

const char *jg_string_option(lua_State *L, int index, const char *function, const char *name)
{
    size_t length;
    if (lua_getfield(L, index, name) == LUA_TNIL)
        return NULL;
    if (lua_type(L, -1) != LUA_TSTRING)
        wrong(L, function, name, "a string");
    const char *text = lua_tolstring(L, -1, &length);
    if (strlen(text) != length)
        luaL_error(L, "%s: option '%s' has a zero byte in it", function, name);
    return text;
}

bool jg_boolean_option(lua_State *L, int index, const char *function, const char *name)
{
    int type = lua_getfield(L, index, name);
    if (type != LUA_TNIL && type != LUA_TBOOLEAN)
        wrong(L, function, name, "true or false");
    bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

double jg_seconds_option(lua_State *L, int index, const char *function, const char *name, double absent)
{
    if (lua_getfield(L, index, name) == LUA_TNIL) {
        lua_pop(L, 1);
        return absent;
    }
    double seconds = lua_tonumber(L, -1);
    if (lua_type(L, -1) != LUA_TNUMBER || isnan(seconds) || seconds < 0)
        wrong(L, function, name, "a number of seconds, 0 or more");
    lua_pop(L, 1);
    return seconds;
}

/* "512M" and its kind; a negative number if it isn't one. More than there can be is the most. */
static int64_t parse_bytes(const char *text, size_t length)
{
    static const char units[] = "KMGT";
    char *end;
    if (text[0] < '0' || text[0] > '9') /* a blank or a sign, which strtoull would take */
        return -1;
    uint64_t number = strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
    int shift = unit == NULL ? 0 : 10 * (int)(unit - units + 1);
    if (end + (unit != NULL) != text + length)
        return -1;
    return number > (uint64_t)INT64_MAX >> shift ? INT64_MAX : (int64_t)(number << shift);
}

static int64_t number_of_bytes(double number)
{
    if (!(number >= 0) || isinf(number) || number != floor(number))
        return -1;
    return number < 0x1p63 ? (int64_t)number : INT64_MAX;
}

int64_t jg_bytes_option(lua_State *L, int index, const char *function, const char *name, int64_t absent)
{
    int64_t bytes = -1;
    size_t length = 0;
    int type = lua_getfield(L, index, name);
    const char *text = type == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
    if (text != NULL)
        bytes = parse_bytes(text, length);
    else if (type == LUA_TNUMBER)
        bytes = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : number_of_bytes(lua_tonumber(L, -1));
    if (type != LUA_TNIL && bytes < 0)
        wrong(L, function, name, "a number of bytes, such as 65536 or \"8M\"");
    lua_pop(L, 1);
    return type == LUA_TNIL ? absent : bytes;
}
