/*
** pty.c: a terminal of a process's own: the option of job:spawn, and the stream that it becomes.
*/
#include "pty.h"

enum { ROWS = 24, COLUMNS = 80, LARGEST = 32767 /* as Windows counts characters */ };

#define SIZE "an integer from 1 to 32767"

static bool is_size(lua_Integer value)
{
    return value >= 1 && value <= LARGEST;
}

/* Field `name` of the table on top of the stack, or its item `position`. */
static int check_side(lua_State *L, const char *function, const char *name, int position, int absent)
{
    int is_integer = 0;
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_geti(L, -1, position);
    }
    lua_Integer value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &is_integer) : 0;
    if (lua_isnil(L, -1))
        value = absent;
    else if (!is_integer || !is_size(value))
        luaL_error(L, "%s: option 'pty': '%s' must be " SIZE ", not %s", function, name, jg_push_description(L, -1));
    lua_pop(L, 1);
    return (int)value;
}

struct jg_pty_plan jg_pty_option(lua_State *L, int index, const char *function)
{
    static const char *const names[] = {"rows", "columns", NULL};
    struct jg_pty_plan plan = {.rows = ROWS, .columns = COLUMNS};
    int type = lua_getfield(L, index, "pty");
    if (type == LUA_TTABLE) {
        const char *option = lua_pushfstring(L, "%s: option 'pty'", function);
        jg_check_options(L, lua_gettop(L) - 1, option, 2, names);
        lua_pop(L, 1);
        plan.rows = check_side(L, function, names[0], 1, ROWS);
        plan.columns = check_side(L, function, names[1], 2, COLUMNS);
    } else if (type != LUA_TNIL && type != LUA_TBOOLEAN) {
        luaL_error(L, "%s: option 'pty' must be true, false or a size such as { rows = 24, columns = 80 }, not %s",
                   function, jg_push_description(L, -1));
    }
    plan.wanted = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return plan;
}

/* What a stream can't be made of is closed by it, the other descriptor by us. */
static int open_stream(struct jg_stream *stream, const int descriptors[2])
{
    int code = jg_stream_open(stream, descriptors[0], JG_STREAM_READS);
    if (code != 0)
        jg_close_descriptor(descriptors[1]);
    return code != 0 ? code : jg_stream_open(stream, descriptors[1], JG_STREAM_WRITES);
}

bool jg_pty_open(lua_State *L, int fields, struct jg_process *process, const struct jg_pty_plan *plan,
                 struct jg_err *err)
{
    int descriptors[2];
    struct jg_os_pty *pty;
    struct jg_stream *stream = jg_stream_push(L);
    lua_setfield(L, fields, "pty");
    if (!jg_os_pty_open(&pty, plan->rows, plan->columns, descriptors, err))
        return false;
    int code = open_stream(stream, descriptors);
    if (code != 0) {
        jg_os_pty_hang_up(pty, NULL, NULL);
        return jg_err_set(err, -code, "cannot open the terminal");
    }
    stream->pty = pty;
    stream->is_terminal = true;
    process->pty = stream;
    process->given[JG_GIVEN_PTY].name = "pty";
    jg_os_pty_identify(pty, &process->given[JG_GIVEN_PTY].identity);
    return true;
}

/* ---- methods of the stream ---- */

static struct jg_stream *check_terminal(lua_State *L)
{
    struct jg_stream *stream = jg_stream_check(L);
    luaL_argcheck(L, stream->is_terminal, 1, "the stream is no terminal");
    return stream;
}

static int check_size(lua_State *L, int index)
{
    lua_Integer value = luaL_checkinteger(L, index);
    luaL_argcheck(L, is_size(value), index, "must be " SIZE);
    return (int)value;
}

/* stream:resize(rows, columns) → stream; or nil, message, code, name */
int jg_stream_resize(lua_State *L)
{
    struct jg_stream *stream = check_terminal(L);
    struct jg_err err;
    int rows = check_size(L, 2), columns = check_size(L, 3);
    if (stream->pty == NULL) {
        luaL_pushfail(L);
        lua_pushliteral(L, "cannot set the terminal's size: its process has ended");
        lua_pushinteger(L, 0);
        lua_pushstring(L, jg_err_name(JG_ERR_GONE));
        return 4;
    }
    if (!jg_os_pty_resize(stream->pty, rows, columns, &err))
        return jg_fail(L, &err, NULL);
    lua_settop(L, 1);
    return 1;
}

/* stream:eof() → stream; or nil, message, code, name: types the end of the input */
int jg_stream_eof(lua_State *L)
{
    check_terminal(L);
    lua_settop(L, 1);
    lua_pushstring(L, jg_os_pty_end_of_input());
    return jg_stream_write(L);
}
