/*
** stream.h: our end of a pipe to a child, of its terminal, or of a connection: the stream userdata, shared by the
** files that open, read and write it.
*/
#ifndef JG_STREAM_H
#define JG_STREAM_H

#include "bindings.h"

enum { JG_STREAM_HIGH_WATER = 256 * 1024 }; /* past so many bytes that nobody reads, the child waits */

struct jg_stream_pipe;

struct jg_stream {
    struct jg_handle handle;  /* signalled: there is something to read, or the end; if it can't be read, as `written` */
    struct jg_handle arrived; /* signalled: more has come, or the end, since whoever waits for it has looked */
    struct jg_handle written; /* signalled: nothing is being written */
    struct jg_handle turn;    /* the same, and who waits for this is ready before who has written */
    struct jg_host *host;
    bool open, reads, writes;
    bool is_terminal;
    struct jg_stream_pipe *input, *output; /* NULL: none, or none any more; a connection's are one and the same */
    struct jg_os_pty *pty;                 /* NULL: none, or it has been hung up */
    bool paused;                           /* nothing is read until somebody asks for what there is */
    bool ended;                            /* nothing more comes */
    bool hung_up;                          /* a terminal whose process has ended: nothing is paused nor written */
    int read_error, write_error;           /* libuv's code of the last read or write */
    char *data;
    size_t size, begin, end; /* data[begin, end) has been read and not been asked for */
    uint64_t taken;          /* bytes that somebody has asked for, ever */
    struct jg_stream_write *writing;
};

/* Pushes a stream that takes over descriptors when they have been opened; until then it is closed. */
struct jg_stream *jg_stream_push(lua_State *L);

/*
** Opens it to be read, to be written, or both, by this descriptor. A terminal has one for each, and two calls; what is
** one file to Windows, such as a connection, must be one here, too: of two handles of a file only one can have its
** operations' ends queued, and libuv waits for those of the other one in a way of which Wine loses one now and then.
** 0, or libuv's code; then it is closed, and the descriptor, too.
*/
enum jg_stream_directions { JG_STREAM_READS = 1, JG_STREAM_WRITES = 2 };
int jg_stream_open(struct jg_stream *stream, int descriptor, int directions);

/* The terminal's process has ended: what it has shown can still be read, and nothing can be written any more. */
void jg_stream_hang_up(struct jg_stream *stream);

/* Any number of times. What isn't read is lost; a terminal is hung up. */
void jg_stream_close(struct jg_stream *stream);

/* The open stream at 1, or an error. */
struct jg_stream *jg_stream_check(lua_State *L);

/* How many bytes there are to be read. */
size_t jg_stream_available(const struct jg_stream *stream);

/* More has come, or nothing comes any more: wakes whoever waits for that, or for more than there was. */
void jg_stream_arrived(struct jg_stream *stream);

/* Reads on, if it was paused. */
void jg_stream_go_on(struct jg_stream *stream);

/* libuv's half of the end that is written; NULL: nothing can be written any more. */
uv_stream_t *jg_stream_output(const struct jg_stream *stream);

/* streamwrite.c: whoever writes learns that this fails, by libuv's code, or that the stream is closed. */
void jg_stream_fail_writing(struct jg_stream *stream, int code);

/* The methods of each file. */
int jg_stream_read(lua_State *L);
int jg_stream_lines(lua_State *L);
int jg_stream_peek(lua_State *L);
int jg_stream_write(lua_State *L);
int jg_stream_eof(lua_State *L);
int jg_stream_resize(lua_State *L);

#endif
