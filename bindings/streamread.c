/*
** streamread.c: reading from a stream: "l" a line, "L" with its end, "a" all, or a number of bytes; and looking at what
** there is to be read.
*/
#include <math.h>
#include <string.h>

#include "stream.h"

static struct jg_stream *check_reading(lua_State *L)
{
    struct jg_stream *stream = jg_stream_check(L);
    luaL_argcheck(L, stream->reads, 1, "this end of the pipe can't be read");
    return stream;
}

/* How many bytes of what is there satisfy `format`; -1 if more must be read first. */
static ptrdiff_t satisfied(const struct jg_stream *stream, char format, size_t wanted)
{
    size_t have = jg_stream_available(stream);
    if (format == 'n')
        return have >= wanted || stream->ended ? (ptrdiff_t)(have < wanted ? have : wanted) : -1;
    if (format != 'a' && have > 0) {
        const char *newline = memchr(stream->data + stream->begin, '\n', have);
        if (newline != NULL)
            return newline - (stream->data + stream->begin) + 1;
    }
    return stream->ended ? (ptrdiff_t)have : -1;
}

static int push_read(lua_State *L, struct jg_stream *stream, char format, size_t count)
{
    const char *text = stream->data + stream->begin;
    size_t shown = count;
    if (count == 0 && format != 'a') {
        if (stream->read_error != 0)
            return jg_fail_uv(L, stream->read_error, "cannot read", NULL);
        luaL_pushfail(L);
        return 1;
    }
    if (format == 'l' && text[count - 1] == '\n')
        shown--;
    lua_pushlstring(L, count == 0 ? "" : text, shown);
    stream->begin += count;
    stream->taken += count;
    if (jg_stream_available(stream) == 0 && !stream->ended)
        jg_handle_reset(&stream->handle);
    return 1;
}

/* Waits for more than there is, until the deadline. */
static int wait_for_more(lua_State *L, struct jg_stream *stream, double deadline, lua_KFunction k)
{
    jg_stream_go_on(stream);
    jg_handle_reset(&stream->arrived);
    double left = deadline - jg_seconds_now();
    return jg_wait_one(L, &stream->arrived, fmax(left, 0), k, 0);
}

/* In the continuation of that: has the time run out? What has come in part stays for the next one who reads. */
static bool has_timed_out(lua_State *L, struct jg_stream *stream)
{
    if (!stream->open)
        luaL_error(L, "the stream was closed while it was being read");
    return jg_wait_outcome(L).timed_out;
}

static double deadline_of(double seconds)
{
    return jg_seconds_now() + seconds;
}

/* ---- read and lines ---- */

static int continue_reading(lua_State *L, int status, lua_KContext context);

/* stack: the stream, the format, the number of bytes, the deadline */
static int read_on(lua_State *L, struct jg_stream *stream)
{
    char format = *lua_tostring(L, 2);
    size_t wanted = (size_t)lua_tointeger(L, 3);
    ptrdiff_t count = satisfied(stream, format, wanted);
    if (count < 0)
        return wait_for_more(L, stream, lua_tonumber(L, 4), continue_reading);
    int results = push_read(L, stream, format, (size_t)count);
    if (jg_stream_available(stream) < JG_STREAM_HIGH_WATER)
        jg_stream_go_on(stream);
    return results;
}

static int continue_reading(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    lua_settop(L, 4);
    return has_timed_out(L, stream) ? jg_fail_timeout(L) : read_on(L, stream);
}

/* Pushes the format at `index`, without the asterisk that Lua's own had before 5.3. */
static void push_format(lua_State *L, int index)
{
    const char *text = luaL_optstring(L, index, "l");
    const char *format = text + (text[0] == '*');
    if (format[0] == '\0' || strchr("lLa", format[0]) == NULL || format[1] != '\0')
        luaL_argerror(
            L, index,
            lua_pushfstring(L, "the formats are \"l\", \"L\", \"a\" and a number of bytes, not \"%s\"", text));
    lua_pushstring(L, format);
}

/* stream:read([format [, seconds]]) → text; nil at the end; or nil, message, … */
int jg_stream_read(lua_State *L)
{
    struct jg_stream *stream = check_reading(L);
    double seconds = jg_check_seconds(L, 3, INFINITY);
    lua_Integer wanted = 0;
    lua_settop(L, 2);
    if (lua_type(L, 2) == LUA_TNUMBER) {
        wanted = luaL_checkinteger(L, 2);
        luaL_argcheck(L, wanted > 0, 2, "must be a number of bytes, 1 or more");
        lua_pushliteral(L, "n");
    } else {
        push_format(L, 2);
    }
    lua_replace(L, 2);
    lua_pushinteger(L, wanted);
    lua_pushnumber(L, deadline_of(seconds));
    return read_on(L, stream);
}

static int next_line(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    return jg_stream_read(L); /* not lua_call, which could not yield */
}

/* stream:lines([format]) → an iterator */
int jg_stream_lines(lua_State *L)
{
    jg_stream_check(L);
    lua_settop(L, 2);
    lua_pushcclosure(L, next_line, 2);
    return 1;
}

/* ---- peek ---- */

static int continue_peeking(lua_State *L, int status, lua_KContext context);

/* stack: the stream, how many bytes at least, where to begin, the deadline, how many had been taken */
static int peek_on(lua_State *L, struct jg_stream *stream)
{
    size_t have = jg_stream_available(stream);
    lua_Integer least = lua_tointeger(L, 2), from = lua_tointeger(L, 3);
    bool others_read = stream->taken != (uint64_t)lua_tointeger(L, 5); /* then there may never be so many */
    if ((lua_Integer)have < least && !stream->ended && !others_read)
        return wait_for_more(L, stream, lua_tonumber(L, 4), continue_peeking);
    size_t begin = from < (lua_Integer)have ? (size_t)from : have;
    lua_pushlstring(L, have == begin ? "" : stream->data + stream->begin + begin, have - begin);
    lua_pushboolean(L, stream->ended);
    lua_pushinteger(L, (lua_Integer)stream->taken);
    return 3;
}

static int continue_peeking(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    lua_settop(L, 5);
    return has_timed_out(L, stream) ? jg_fail_timeout(L) : peek_on(L, stream);
}

/* stream:peek([least [, seconds [, from]]]) → what has come and isn't read, is that all?, how many bytes came before */
int jg_stream_peek(lua_State *L)
{
    struct jg_stream *stream = check_reading(L);
    lua_Integer least = luaL_optinteger(L, 2, 0), from = luaL_optinteger(L, 4, 0);
    luaL_argcheck(L, least >= 0, 2, "must be a number of bytes, 0 or more");
    luaL_argcheck(L, from >= 0, 4, "must be a number of bytes, 0 or more");
    double seconds = jg_check_seconds(L, 3, INFINITY);
    lua_settop(L, 1);
    lua_pushinteger(L, least);
    lua_pushinteger(L, from);
    lua_pushnumber(L, deadline_of(seconds));
    lua_pushinteger(L, (lua_Integer)stream->taken);
    return peek_on(L, stream);
}
