/*
** pty.h: a terminal of a process's own: the option of job:spawn, and the stream that it becomes.
*/
#ifndef JG_PTY_H
#define JG_PTY_H

#include "process.h"
#include "stream.h"

struct jg_pty_plan {
    bool wanted;
    int rows, columns;
};

/* Field "pty" of the table at `index`; raises unless it is true, false or a size. */
struct jg_pty_plan jg_pty_option(lua_State *L, int index, const char *function);

/* Opens it: the stream becomes field "pty" of the table at `fields`, and the process's. False: why not, in `err`; the
** stream is closed then, and no process's. */
bool jg_pty_open(lua_State *L, int fields, struct jg_process *process, const struct jg_pty_plan *plan,
                 struct jg_err *err);

#endif
