/*
** reader.c: reads a pipe into a capture, for as long as anybody writes.
*/
#include "reader.h"

#include <stdlib.h>

enum { MUCH = 128 << 10 }; /* bytes */

static char scratch[65536]; /* what can't be kept is read all the same, so that nobody waits for us */

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    struct jg_reader *reader = (struct jg_reader *)handle;
    char *space;
    size_t size;
    (void)suggested;
    jg_capture_space(&reader->capture, &space, &size, scratch, sizeof scratch);
    *buffer = uv_buf_init(space, (unsigned)(size < INT32_MAX ? size : INT32_MAX));
}

/* It costs time, which a few lines aren't worth. */
static void widen(struct jg_reader *reader)
{
    uv_os_fd_t descriptor;
    if (reader->wide || reader->capture.total < MUCH || uv_fileno((uv_handle_t *)&reader->pipe, &descriptor) != 0)
        return;
    reader->wide = true;
    jg_os_widen_pipe((intptr_t)descriptor);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct jg_reader *reader = (struct jg_reader *)stream;
    if (count > 0) {
        jg_capture_add(&reader->capture, buffer->base, (size_t)count);
        widen(reader);
    } else if (count < 0) { /* the end; or an error, after which nothing more comes either */
        reader->ended = true;
        uv_read_stop(stream);
    }
}

static void on_closed(uv_handle_t *handle)
{
    struct jg_reader *reader = (struct jg_reader *)handle;
    jg_capture_free(&reader->capture);
    free(reader);
}

struct jg_reader *jg_reader_open(struct jg_host *host, int descriptor, size_t limit, int *code)
{
    struct jg_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        *code = UV_ENOMEM;
        jg_close_descriptor(descriptor);
        return NULL;
    }
    reader->capture.limit = limit;
    uv_pipe_init(&host->uv, &reader->pipe, 0);
    *code = uv_pipe_open(&reader->pipe, descriptor);
    if (*code != 0)
        jg_close_descriptor(descriptor);
    else
        *code = uv_read_start((uv_stream_t *)&reader->pipe, on_space, on_read);
    if (*code == 0)
        return reader;
    jg_reader_close(reader);
    return NULL;
}

void jg_reader_close(struct jg_reader *reader)
{
    uv_close((uv_handle_t *)&reader->pipe, on_closed);
}

void jg_capture_push(lua_State *L, const struct jg_capture *capture)
{
    struct jg_capture_pieces pieces = jg_capture_pieces(capture);
    uint64_t omitted = jg_capture_omitted(capture);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (int i = 0; i < 3; i++) {
        if (i == 1 && omitted > 0) {
            lua_pushfstring(L, "\n[... %I bytes left out ...]\n", (LUAI_UACINT)omitted);
            luaL_addvalue(&buffer);
        }
        if (pieces.size[i] > 0)
            luaL_addlstring(&buffer, pieces.text[i], pieces.size[i]);
    }
    luaL_pushresult(&buffer);
}
