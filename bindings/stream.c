/*
** stream.c: our end of a pipe to a child: process.stdin, and process.stdout where it is "pipe".
**
** What is read is kept until somebody asks for it; past a quarter of a megabyte nothing more is read
** until then, so that the child waits for its reader, as with any pipe.
*/
#include "stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HIGH_WATER = 256 * 1024, PIECE = 64 * 1024 };

/* libuv frees its handle a turn later than Lua frees ours. */
struct pipe {
    uv_pipe_t uv;
    struct jg_stream *stream; /* NULL: closed */
};

struct jg_stream {
    struct jg_handle handle; /* signalled: there is something to read, or the end; or the write is done */
    struct jg_host *host;
    struct pipe *pipe; /* NULL: closed */
    bool reads, paused, ended;
    int failed; /* libuv's code of the last read or write */
    char *data;
    size_t size, begin, end; /* data[begin, end) has been read and not been asked for */
    struct writing *writing;
};

struct writing {
    uv_write_t request;
    struct jg_stream *stream; /* NULL: it was closed meanwhile */
    char data[];
};

static int push_result(lua_State *L, struct jg_handle *handle)
{
    (void)handle;
    lua_pushboolean(L, 1);
    return 1;
}

static const struct jg_handle_type stream_type = {"jghost.stream", push_result, NULL};

static struct jg_stream *check_stream(lua_State *L)
{
    struct jg_stream *stream = luaL_checkudata(L, 1, stream_type.name);
    luaL_argcheck(L, stream->pipe != NULL, 1, "the stream is closed");
    return stream;
}

struct jg_stream *jg_stream_push(lua_State *L)
{
    struct jg_stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);
    *stream = (struct jg_stream){.handle.type = &stream_type, .host = jg_host_of(L)};
    luaL_setmetatable(L, stream_type.name);
    return stream;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void close_stream(struct jg_stream *stream)
{
    if (stream->pipe == NULL)
        return;
    stream->pipe->stream = NULL;
    uv_close((uv_handle_t *)&stream->pipe->uv, on_closed);
    stream->pipe = NULL;
    if (stream->writing != NULL)
        stream->writing->stream = NULL;
    free(stream->data);
    stream->data = NULL;
    stream->begin = stream->end = stream->size = 0;
    jg_handle_signal(&stream->handle);
}

static size_t available(const struct jg_stream *stream)
{
    return stream->end - stream->begin;
}

/* Room for one more piece at the end; what has been taken from the front is given up first. */
static bool make_room(struct jg_stream *stream)
{
    if (stream->size - stream->end >= PIECE)
        return true;
    if (available(stream) > 0)
        memmove(stream->data, stream->data + stream->begin, available(stream));
    stream->end -= stream->begin;
    stream->begin = 0;
    if (stream->size - stream->end >= PIECE)
        return true;
    size_t size = (stream->size == 0 ? PIECE : stream->size * 2);
    char *data = realloc(stream->data, size);
    if (data == NULL)
        return false;
    stream->data = data;
    stream->size = size;
    return true;
}

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct jg_stream *stream = ((struct pipe *)handle)->stream;
    (void)suggested;
    *buffer = uv_buf_init(NULL, 0); /* without memory: libuv reports UV_ENOBUFS */
    if (stream != NULL && make_room(stream))
        *buffer = uv_buf_init(stream->data + stream->end, PIECE);
}

static void on_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
    struct jg_stream *stream = ((struct pipe *)handle)->stream;
    (void)buffer;
    if (stream == NULL || count == 0)
        return;
    if (count > 0) {
        stream->end += (size_t)count;
    } else {
        stream->ended = true;
        /* "no buffer space" is libuv's word for our having had no memory for it */
        stream->failed = count == UV_EOF ? 0 : count == UV_ENOBUFS ? UV_ENOMEM : (int)count;
        uv_read_stop(handle);
    }
    if (!stream->ended && available(stream) >= HIGH_WATER) {
        stream->paused = true;
        uv_read_stop(handle);
    }
    jg_handle_signal(&stream->handle);
}

int jg_stream_open(struct jg_stream *stream, int descriptor, bool reads)
{
    struct pipe *pipe = malloc(sizeof *pipe);
    if (pipe == NULL) {
        jg_close_descriptor(descriptor);
        return UV_ENOMEM;
    }
    pipe->stream = stream;
    stream->pipe = pipe;
    stream->reads = reads;
    stream->handle.signalled = !reads; /* one can always write, and wait for it */
    uv_pipe_init(&stream->host->uv, &pipe->uv, 0);
    int code = uv_pipe_open(&pipe->uv, descriptor);
    if (code != 0)
        jg_close_descriptor(descriptor);
    else if (reads)
        code = uv_read_start((uv_stream_t *)&pipe->uv, on_space, on_read);
    if (code != 0)
        close_stream(stream);
    return code;
}

/* ---- reading: "l" a line, "L" with its end, "a" all, or a number of bytes ---- */

/* How many bytes of what is there satisfy `format`; -1 if more must be read first. */
static ptrdiff_t satisfied(const struct jg_stream *stream, char format, size_t wanted)
{
    size_t have = available(stream);
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
        if (stream->failed != 0)
            return jg_fail_uv(L, stream->failed, "cannot read", NULL);
        luaL_pushfail(L);
        return 1;
    }
    if (format == 'l' && text[count - 1] == '\n')
        shown--;
    lua_pushlstring(L, count == 0 ? "" : text, shown);
    stream->begin += count;
    if (available(stream) == 0 && !stream->ended)
        jg_handle_reset(&stream->handle);
    return 1;
}

static void go_on_reading(struct jg_stream *stream)
{
    if (!stream->paused)
        return;
    stream->paused = false;
    uv_read_start((uv_stream_t *)&stream->pipe->uv, on_space, on_read);
}

static int continue_reading(lua_State *L, int status, lua_KContext context);

/* stack: the stream, the format, the number of bytes, the deadline */
static int read_on(lua_State *L, struct jg_stream *stream)
{
    char format = *lua_tostring(L, 2);
    size_t wanted = (size_t)lua_tointeger(L, 3);
    ptrdiff_t count = satisfied(stream, format, wanted);
    if (count >= 0) {
        int results = push_read(L, stream, format, (size_t)count);
        if (available(stream) < HIGH_WATER)
            go_on_reading(stream);
        return results;
    }
    go_on_reading(stream);
    jg_handle_reset(&stream->handle);
    double left = lua_tonumber(L, 4) - (double)uv_hrtime() * 1e-9;
    return jg_wait_one(L, &stream->handle, fmax(left, 0), continue_reading, 0);
}

static int continue_reading(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    lua_settop(L, 4);
    if (stream->pipe == NULL)
        return luaL_error(L, "the stream was closed while it was being read");
    if (!jg_wait_outcome(L).timed_out)
        return read_on(L, stream);
    if (available(stream) > 0) /* what came in part stays for the next read */
        jg_handle_signal(&stream->handle);
    return jg_fail_timeout(L);
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
static int read_stream(lua_State *L)
{
    struct jg_stream *stream = check_stream(L);
    luaL_argcheck(L, stream->reads, 1, "this end of the pipe can't be read");
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
    lua_pushnumber(L, (double)uv_hrtime() * 1e-9 + seconds);
    return read_on(L, stream);
}

static int next_line(lua_State *L)
{
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    return read_stream(L); /* not lua_call, which could not yield */
}

/* stream:lines([format]) → an iterator */
static int lines(lua_State *L)
{
    check_stream(L);
    lua_settop(L, 2);
    lua_pushcclosure(L, next_line, 2);
    return 1;
}

/* ---- writing ---- */

static void on_written(uv_write_t *request, int code)
{
    struct writing *writing = (struct writing *)request;
    struct jg_stream *stream = writing->stream;
    if (stream != NULL) {
        stream->failed = code;
        stream->writing = NULL;
        jg_handle_signal(&stream->handle);
    }
    free(writing);
}

static int finish_writing(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    if (stream->pipe == NULL)
        return luaL_error(L, "the stream was closed while it was being written");
    if (stream->failed != 0)
        return jg_fail_uv(L, stream->failed, "cannot write", NULL);
    lua_settop(L, 1);
    return 1;
}

/* stream:write(text…) → stream, when the child's end has taken it; or nil, message, code, name */
static int write_stream(lua_State *L)
{
    struct jg_stream *stream = check_stream(L);
    luaL_argcheck(L, !stream->reads, 1, "this end of the pipe can't be written");
    luaL_argcheck(L, stream->writing == NULL, 1, "another task is writing to it");
    int count = lua_gettop(L) - 1;
    for (int i = 0; i < count; i++)
        luaL_checkstring(L, 2 + i);
    lua_concat(L, count);
    size_t length;
    const char *text = lua_tolstring(L, 2, &length);
    struct writing *writing = malloc(sizeof *writing + length);
    if (writing == NULL)
        return luaL_error(L, "not enough memory");
    writing->stream = stream;
    memcpy(writing->data, text, length);
    uv_buf_t buffer = uv_buf_init(writing->data, (unsigned)length);
    int code = uv_write(&writing->request, (uv_stream_t *)&stream->pipe->uv, &buffer, 1, on_written);
    if (code != 0) {
        free(writing);
        return jg_fail_uv(L, code, "cannot write", NULL);
    }
    stream->writing = writing;
    jg_handle_reset(&stream->handle);
    return jg_wait_one(L, &stream->handle, INFINITY, finish_writing, 0);
}

/* stream:close(): any number of times */
static int close_method(lua_State *L)
{
    close_stream(luaL_checkudata(L, 1, stream_type.name));
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_stream *stream = luaL_checkudata(L, 1, stream_type.name);
    lua_pushfstring(L, "stream (%s): %p", stream->pipe == NULL ? "closed" : "open", (void *)stream);
    return 1;
}

void jg_open_stream(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"read", read_stream}, {"lines", lines}, {"write", write_stream}, {"close", close_method}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__tostring", to_string}, {"__gc", close_method}, {"__close", close_method}, {NULL, NULL}};
    jg_new_handle_type(L, &stream_type, "stream_methods", methods, metamethods);
}
