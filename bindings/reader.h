/*
** reader.h: reads a pipe into a capture, for as long as anybody writes.
*/
#ifndef JG_READER_H
#define JG_READER_H

#include "bindings.h"
#include "capture.h"

struct jg_reader {
    uv_pipe_t pipe; /* first: libuv's handle is the reader */
    struct jg_capture capture;
    bool wide;     /* the pipe has been given more room */
    bool ended;    /* nobody holds the other end any more */
    uint64_t seen; /* drain.c: capture.total at its last look */
    uint64_t base; /* drain.c: capture.total when the process ended */
};

/*
** Takes over `descriptor`, the reading end of a pipe; keeps `limit` bytes. For jg_reader_close. NULL: libuv's code
** is in *code, and the descriptor is closed.
*/
struct jg_reader *jg_reader_open(struct jg_host *host, int descriptor, size_t limit, int *code);

/* Stops reading and frees it, in one of the loop's next turns. */
void jg_reader_close(struct jg_reader *reader);

/* Pushes what was captured; what was left out is said where it would stand. */
void jg_capture_push(lua_State *L, const struct jg_capture *capture);

#endif
