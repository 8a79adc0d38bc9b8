/*
** command.h: what job:spawn and jg.detach have in common: a command as a table of options has it.
**
** `options` is the index of that table, `function` how the user called it. What is wrong raises.
*/
#ifndef JG_COMMAND_OPTIONS_H
#define JG_COMMAND_OPTIONS_H

#include "bindings.h"

/* The list part: the program and its arguments, NULL-terminated, as a userdata on the stack. It is valid as long as
** the two tables are as they are: the one at `keeper` gets what the other one doesn't hold itself. */
char **jg_check_arguments(lua_State *L, int options, int keeper, const char *function);

/* `env` and `clear_env`: "NAME=value", NULL-terminated, kept by what it leaves on the stack. NULL: ours, as it is. Who
** has a terminal is told of what kind it is, unless that is said already. */
char **jg_check_environment(lua_State *L, int options, const char *function, bool has_terminal);

extern const char *const jg_stdio_names[3]; /* "stdin", "stdout", "stderr" */

enum jg_stdio_mode {
    JG_STDIO_TO_OURS,
    JG_STDIO_TO_NULL,
    JG_STDIO_TO_CAPTURE,
    JG_STDIO_TO_PIPE,
    JG_STDIO_TO_STDOUT,
    JG_STDIO_TO_FILE,
    JG_STDIO_TO_TERMINAL /* of its own; there is no word for it */
};

struct jg_stdio_plan {
    enum jg_stdio_mode mode;
    const char *text; /* as it was given: a file's name, or the word; NULL: it wasn't */
};

/* The option of stream `which`. Whether the caller has such a thing is the caller's to say. */
struct jg_stdio_plan jg_stdio_option(lua_State *L, int options, const char *function, int which,
                                     enum jg_stdio_mode absent);

/* Why a descriptor could not be had: libuv's code and what was being done to what. */
struct jg_refusal {
    int code;
    const char *what, *subject;
};

/* Fills it; returns false. */
bool jg_refuse(struct jg_refusal *refusal, int code, const char *what, const char *subject);

/* The descriptor for the null device or a file. *opened is what the caller has to close when the process has been
** born; the null device is the host's, and leaves *opened as it is. False: why, in `refusal`. */
bool jg_stdio_open(struct jg_host *host, int which, const struct jg_stdio_plan *plan, int *opened, int *descriptor,
                   struct jg_refusal *refusal);

/* The option `name`, or else the program's without its folder. */
const char *jg_name_option(lua_State *L, int options, const char *function, char *const *argv);

/* The results of jg_fail for a command that could not be started. */
int jg_fail_start(lua_State *L, const struct jg_err *err, int options);

#endif
