/*
** stream.h: our end of a pipe to a child.
*/
#ifndef JG_STREAM_H
#define JG_STREAM_H

#include "bindings.h"

/* Pushes a stream that takes over `descriptor` when it has been opened; until then it is closed. */
struct jg_stream *jg_stream_push(lua_State *L);

/* 0, or libuv's code; then the descriptor is closed. */
int jg_stream_open(struct jg_stream *stream, int descriptor, bool reads);

#endif
