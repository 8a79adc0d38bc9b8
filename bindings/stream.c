/*
** stream.c: our end of a pipe to a child, or of its terminal: process.stdin, process.pty, and process.stdout where it
** is "pipe"; and of the connection between a harness and who has attached to it.
**
** What is read is kept until somebody asks for it; past a quarter of a megabyte nothing more is read
** until then, so that the child waits for its reader, as with any pipe.
*/
#include "stream.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 64 * 1024 };

/* libuv frees its handle a turn later than Lua frees ours. */
struct jg_stream_pipe {
    uv_pipe_t uv;
    struct jg_stream *stream; /* NULL: closed */
};

static int push_result(lua_State *L, struct jg_handle *handle)
{
    (void)handle;
    lua_pushboolean(L, 1);
    return 1;
}

static const struct jg_handle_type stream_type = {"jghost.stream", push_result, NULL};

struct jg_stream *jg_stream_check(lua_State *L)
{
    struct jg_stream *stream = luaL_checkudata(L, 1, stream_type.name);
    luaL_argcheck(L, stream->open, 1, "the stream is closed");
    return stream;
}

struct jg_stream *jg_stream_push(lua_State *L)
{
    struct jg_stream *stream = lua_newuserdatauv(L, sizeof *stream, 0);
    *stream = (struct jg_stream){
        .handle.type = &stream_type,
        .arrived = {.type = &stream_type},
        .written = {.type = &stream_type, .signalled = true},
        .turn = {.type = &stream_type, .signalled = true},
        .host = jg_host_of(L),
    };
    luaL_setmetatable(L, stream_type.name);
    return stream;
}

/* ---- closing ---- */

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void close_pipe(struct jg_stream_pipe **pipe)
{
    if (*pipe == NULL)
        return;
    (*pipe)->stream = NULL;
    uv_close((uv_handle_t *)&(*pipe)->uv, on_closed);
    *pipe = NULL;
}

void jg_stream_close(struct jg_stream *stream)
{
    stream->open = false;
    if (stream->output == stream->input)
        stream->output = NULL;
    close_pipe(&stream->input);
    close_pipe(&stream->output);
    if (stream->pty != NULL)
        jg_os_pty_hang_up(stream->pty, NULL, NULL);
    stream->pty = NULL;
    free(stream->data);
    stream->data = NULL;
    stream->begin = stream->end = stream->size = 0;
    jg_stream_fail_writing(stream, UV_ECANCELED);
    jg_stream_arrived(stream);
}

/* ---- reading ahead ---- */

size_t jg_stream_available(const struct jg_stream *stream)
{
    return stream->end - stream->begin;
}

void jg_stream_arrived(struct jg_stream *stream)
{
    jg_handle_signal(&stream->handle);
    jg_handle_signal(&stream->arrived);
}

/* Room for one more piece at the end; what has been taken from the front is given up first. */
static bool make_room(struct jg_stream *stream)
{
    if (stream->size - stream->end >= PIECE)
        return true;
    if (jg_stream_available(stream) > 0)
        memmove(stream->data, stream->data + stream->begin, jg_stream_available(stream));
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
    struct jg_stream *stream = ((struct jg_stream_pipe *)handle)->stream;
    (void)suggested;
    *buffer = uv_buf_init(NULL, 0); /* without memory: libuv reports UV_ENOBUFS */
    if (stream != NULL && make_room(stream))
        *buffer = uv_buf_init(stream->data + stream->end, PIECE);
}

static void end_reading(struct jg_stream *stream, int code)
{
    stream->ended = true;
    stream->paused = false;
    bool is_end = code == UV_EOF || (code == UV_EIO && stream->pty != NULL); /* a terminal's end is an error */
    /* "no buffer space" is libuv's word for our having had no memory for it */
    stream->read_error = is_end ? 0 : code == UV_ENOBUFS ? UV_ENOMEM : code;
    if (stream->hung_up) /* not before: a console whose input ends may not show what it has */
        close_pipe(&stream->output);
}

static void on_read(uv_stream_t *handle, ssize_t count, const uv_buf_t *buffer)
{
    struct jg_stream *stream = ((struct jg_stream_pipe *)handle)->stream;
    (void)buffer;
    if (stream == NULL || count == 0)
        return;
    if (count > 0) {
        stream->end += (size_t)count;
    } else {
        end_reading(stream, (int)count);
        uv_read_stop(handle);
    }
    if (!stream->ended && !stream->hung_up && jg_stream_available(stream) >= JG_STREAM_HIGH_WATER) {
        stream->paused = true;
        uv_read_stop(handle);
    }
    jg_stream_arrived(stream);
}

void jg_stream_go_on(struct jg_stream *stream)
{
    if (!stream->paused)
        return;
    stream->paused = false;
    uv_read_start((uv_stream_t *)&stream->input->uv, on_space, on_read);
}

uv_stream_t *jg_stream_output(const struct jg_stream *stream)
{
    return stream->output == NULL || stream->hung_up ? NULL : (uv_stream_t *)&stream->output->uv;
}

/* ---- opening ---- */

int jg_stream_open(struct jg_stream *stream, int descriptor, int directions)
{
    struct jg_stream_pipe *pipe = malloc(sizeof *pipe);
    if (pipe == NULL) {
        jg_close_descriptor(descriptor);
        jg_stream_close(stream);
        return UV_ENOMEM;
    }
    pipe->stream = stream;
    if (directions & JG_STREAM_READS)
        stream->input = pipe;
    if (directions & JG_STREAM_WRITES)
        stream->output = pipe;
    stream->reads = stream->input != NULL;
    stream->writes = stream->output != NULL;
    stream->open = true;
    stream->handle.signalled = !stream->reads; /* one can always write, and wait for it */
    uv_pipe_init(&stream->host->uv, &pipe->uv, 0);
    int code = uv_pipe_open(&pipe->uv, descriptor);
    if (code != 0)
        jg_close_descriptor(descriptor);
    else if (directions & JG_STREAM_READS)
        code = uv_read_start((uv_stream_t *)&pipe->uv, on_space, on_read);
    if (code != 0)
        jg_stream_close(stream);
    return code;
}

/* ---- a terminal ---- */

/* What a terminal has shown before it was hung up: as if it had been read. */
static void add(void *owner, const char *text, size_t length)
{
    struct jg_stream *stream = owner;
    if (stream->read_error != 0)
        return;
    if (length > PIECE || !make_room(stream)) {
        stream->read_error = UV_ENOMEM;
        return;
    }
    memcpy(stream->data + stream->end, text, length);
    stream->end += length;
}

void jg_stream_hang_up(struct jg_stream *stream)
{
    if (stream->pty == NULL)
        return;
    stream->hung_up = true;
    jg_stream_go_on(stream);
    bool was_all = jg_os_pty_hang_up(stream->pty, add, stream);
    stream->pty = NULL;
    jg_stream_fail_writing(stream, UV_EPIPE);
    if (!was_all)
        return;
    close_pipe(&stream->input);
    end_reading(stream, stream->read_error);
    jg_stream_arrived(stream);
}

/* ---- methods ---- */

/* stream:close(): any number of times */
static int close_method(lua_State *L)
{
    jg_stream_close(luaL_checkudata(L, 1, stream_type.name));
    return 0;
}

static int to_string(lua_State *L)
{
    struct jg_stream *stream = luaL_checkudata(L, 1, stream_type.name);
    lua_pushfstring(L, "stream (%s): %p", stream->open ? "open" : "closed", (void *)stream);
    return 1;
}

void jg_open_stream(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"read", jg_stream_read}, {"lines", jg_stream_lines},   {"peek", jg_stream_peek}, {"write", jg_stream_write},
        {"eof", jg_stream_eof},   {"resize", jg_stream_resize}, {"close", close_method},  {NULL, NULL}};
    static const luaL_Reg metamethods[] = {
        {"__tostring", to_string}, {"__gc", close_method}, {"__close", close_method}, {NULL, NULL}};
    jg_new_handle_type(L, &stream_type, "stream_methods", methods, metamethods);
}
