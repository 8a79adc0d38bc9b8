/*
** streamwrite.c: writing to a stream.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

/* Bytes: what libuv is given at once. A pipe takes as much without waiting, and so does Wine's server, to which what is
** longer than its own pipe isn't written whole if a signal comes meanwhile: that ends the process. */
enum { PIECE = 32 * 1024 };

struct jg_stream_write {
    uv_write_t request;
    struct jg_stream *stream; /* NULL: it was closed, or hung up, meanwhile */
    size_t length, begun;
    char data[];
};

static void finish(struct jg_stream *stream, int code)
{
    stream->write_error = code;
    stream->writing = NULL;
    jg_handle_signal(&stream->turn);
    jg_handle_signal(&stream->written);
    if (!stream->reads)
        jg_handle_signal(&stream->handle);
}

static void on_written(uv_write_t *request, int code);

static int write_piece(struct jg_stream_write *writing, uv_stream_t *output)
{
    size_t left = writing->length - writing->begun, length = left < PIECE ? left : PIECE;
    uv_buf_t buffer = uv_buf_init(writing->data + writing->begun, (unsigned)length);
    writing->begun += length;
    return uv_write(&writing->request, output, &buffer, 1, on_written);
}

static void on_written(uv_write_t *request, int code)
{
    struct jg_stream_write *writing = (struct jg_stream_write *)request;
    if (code == 0 && writing->stream != NULL && writing->begun < writing->length) {
        code = write_piece(writing, request->handle);
        if (code == 0)
            return;
    }
    if (writing->stream != NULL)
        finish(writing->stream, code);
    free(writing);
}

void jg_stream_fail_writing(struct jg_stream *stream, int code)
{
    if (stream->writing == NULL)
        return;
    stream->writing->stream = NULL;
    finish(stream, code);
}

static int continue_writing(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    if (!stream->open)
        return luaL_error(L, "the stream was closed while it was being written");
    if (stream->write_error != 0)
        return jg_fail_uv(L, stream->write_error, "cannot write", NULL);
    lua_settop(L, 1);
    return 1;
}

/* The stream is at 1. */
static int write_text(lua_State *L, struct jg_stream *stream, const char *text, size_t length)
{
    uv_stream_t *output = jg_stream_output(stream);
    if (output == NULL)
        return jg_fail_uv(L, UV_EPIPE, "cannot write", NULL);
    struct jg_stream_write *writing = malloc(sizeof *writing + length);
    if (writing == NULL)
        return luaL_error(L, "not enough memory");
    writing->stream = stream;
    memcpy(writing->data, text, length);
    writing->length = stream->pty != NULL ? jg_os_pty_type(writing->data, length) : length;
    writing->begun = 0;
    int code = write_piece(writing, output);
    if (code != 0) {
        free(writing);
        return jg_fail_uv(L, code, "cannot write", NULL);
    }
    stream->writing = writing;
    jg_handle_reset(&stream->turn);
    jg_handle_reset(&stream->written);
    if (!stream->reads)
        jg_handle_reset(&stream->handle);
    return jg_wait_one(L, &stream->written, INFINITY, continue_writing, 0);
}

static int continue_in_turn(lua_State *L, int status, lua_KContext context);

/* stack: the stream, the text. Another task's is written to its end first, also if that one was cancelled. */
static int write_in_turn(lua_State *L, struct jg_stream *stream)
{
    if (stream->writing != NULL)
        return jg_wait_one(L, &stream->turn, INFINITY, continue_in_turn, 0);
    size_t length;
    const char *text = lua_tolstring(L, 2, &length);
    return write_text(L, stream, text, length);
}

static int continue_in_turn(lua_State *L, int status, lua_KContext context)
{
    struct jg_stream *stream = lua_touserdata(L, 1);
    (void)status;
    (void)context;
    if (!stream->open)
        return luaL_error(L, "the stream was closed before it could be written");
    lua_settop(L, 2);
    return write_in_turn(L, stream);
}

/* stream:write(text…) → stream, when the child's end has taken it; or nil, message, code, name */
int jg_stream_write(lua_State *L)
{
    struct jg_stream *stream = jg_stream_check(L);
    luaL_argcheck(L, stream->writes, 1, "this end of the pipe can't be written");
    int count = lua_gettop(L) - 1;
    for (int i = 0; i < count; i++)
        luaL_checkstring(L, 2 + i);
    lua_concat(L, count);
    return write_in_turn(L, stream);
}
