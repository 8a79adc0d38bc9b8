/*
** spawn.c: job:spawn{...}.
**
** Everything is checked and copied before anything is opened, and everything that is opened belongs
** to a userdata from then on, so an error at any point leaves nothing behind.
*/
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "pty.h"
#include "stream.h"

#define FUNCTION "job:spawn"

enum { JOB = 1, OPTIONS = 2, PROCESS = 3, FIELDS = 4 }; /* the stack of jg_job_spawn */
enum { CAPTURE_LIMIT = 8 << 20 };                       /* bytes, unless told */

static const char *const option_names[] = {"cwd",  "env",     "clear_env", "stdin", "stdout",        "stderr",
                                           "name", "timeout", "stop",      "pty",   "capture_limit", NULL};
static const char *const stdio_names[] = {"stdin", "stdout", "stderr"};

/* ---- the command and its environment: blocks of pointers, kept by userdata on the stack ---- */

static char **check_arguments(lua_State *L)
{
    lua_Integer count = jg_list_length(L, OPTIONS);
    if (count < 1)
        luaL_error(L, FUNCTION ": no command: the list must begin with the program's name");
    luaL_argcheck(L, count < INT32_MAX / (lua_Integer)sizeof(char *), OPTIONS, "too many arguments");
    char **argv = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *argv, 0);
    bool computed = luaL_getmetafield(L, OPTIONS, "__index") != LUA_TNIL;
    for (lua_Integer i = 1; i <= count; i++) {
        size_t length;
        int type = lua_geti(L, OPTIONS, i);
        if (type != LUA_TSTRING && type != LUA_TNUMBER)
            luaL_error(L, FUNCTION ": argument %I must be a string or a number, not %s", (LUAI_UACINT)i,
                       luaL_typename(L, -1));
        argv[i - 1] = (char *)lua_tolstring(L, -1, &length);
        if (type == LUA_TNUMBER || computed) { /* not in the caller's table: the table of fields keeps it */
            lua_pushvalue(L, -1);
            lua_rawseti(L, FIELDS, i);
        }
        if (strlen(argv[i - 1]) != length)
            luaL_error(L, FUNCTION ": argument %I has a zero byte in it", (LUAI_UACINT)i);
        lua_pop(L, 1);
    }
    argv[count] = NULL;
    if (argv[0][0] == '\0')
        luaL_error(L, FUNCTION ": the program's name is empty");
    return argv;
}

/* The pair at -2, -1 of the env table: is it one that can be set? */
static void check_variable(lua_State *L)
{
    size_t name_length, length = 0;
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, FUNCTION ": the names in 'env' must be strings, not %s", luaL_typename(L, -2));
    const char *name = lua_tolstring(L, -2, &name_length);
    if (name_length == 0 || strlen(name) != name_length || strchr(name + 1, '=') != NULL || name[0] == '=')
        luaL_error(L, FUNCTION ": '%s' in 'env' is no name of a variable", name);
    bool unset = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    if (!unset && lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, FUNCTION ": variable '%s' in 'env' must be a string, or false to unset it, not %s", name,
                   luaL_typename(L, -1));
    if (lua_type(L, -1) == LUA_TSTRING && strlen(lua_tolstring(L, -1, &length)) != length)
        luaL_error(L, FUNCTION ": variable '%s' in 'env' has a zero byte in it", name);
}

/* Is there a name in the env table at `env` that means the same variable as this one? */
static bool names_same(lua_State *L, int env, const char *name, size_t length)
{
    for (lua_pushnil(L); lua_next(L, env) != 0; lua_pop(L, 1)) {
        size_t other_length;
        const char *other = lua_tolstring(L, -2, &other_length);
        if (jg_os_same_variable(name, length, other, other_length)) {
            lua_pop(L, 2);
            return true;
        }
    }
    return false;
}

/* Does the env table at `env` say something about the variable of `entry`, a "NAME=value"? */
static bool overridden(lua_State *L, int env, const char *entry)
{
    size_t length = strcspn(entry + (entry[0] != '\0'), "=") + (entry[0] != '\0');
    lua_pushlstring(L, entry, length);
    bool is = lua_rawget(L, env) != LUA_TNIL;
    lua_pop(L, 1);
    return is || (jg_os_variables_fold_case() && names_same(L, env, entry, length));
}

/* Who paints on a terminal looks up what kind it is. */
static char terminal_type[] = "TERM=xterm-256color";

static bool has_terminal_type(char *const *entries)
{
    for (; *entries != NULL; entries++) {
        if (strncmp(*entries, terminal_type, sizeof "TERM=" - 1) == 0)
            return true;
    }
    return false;
}

static size_t count_entries(lua_State *L, int env, char **inherited)
{
    size_t count = 2; /* the terminal's type and the end */
    while (inherited != NULL && *inherited != NULL) {
        inherited++;
        count++;
    }
    for (lua_pushnil(L); lua_next(L, env) != 0; lua_pop(L, 1)) {
        check_variable(L);
        count++;
    }
    return count;
}

/* NULL: ours, as it is. */
static char **check_environment(lua_State *L, bool has_terminal)
{
    bool clear = jg_boolean_option(L, OPTIONS, FUNCTION, "clear_env");
    int type = lua_getfield(L, OPTIONS, "env");
    if (type == LUA_TNIL && !clear && (!has_terminal || has_terminal_type(jg_os_environment())))
        return NULL;
    if (type == LUA_TNIL) {
        lua_newtable(L);
        lua_replace(L, -2);
    } else if (type != LUA_TTABLE) {
        luaL_error(L, FUNCTION ": option 'env' must be a table of names and values, not %s", luaL_typename(L, -1));
    }
    int env = lua_gettop(L);
    char **inherited = clear ? NULL : jg_os_environment();
    size_t used = 0;
    char **entries = lua_newuserdatauv(L, count_entries(L, env, inherited) * sizeof *entries, 0);
    lua_newtable(L); /* keeps the composed texts */
    int texts = lua_gettop(L);
    for (; inherited != NULL && *inherited != NULL; inherited++) {
        if (!overridden(L, env, *inherited))
            entries[used++] = *inherited;
    }
    for (lua_pushnil(L); lua_next(L, env) != 0; lua_pop(L, 1)) {
        if (lua_isboolean(L, -1))
            continue;
        lua_pushvalue(L, -1); /* a number must not be converted in the caller's table */
        const char *text = lua_pushfstring(L, "%s=%s", lua_tostring(L, -3), lua_tostring(L, -1));
        entries[used++] = (char *)text;
        lua_rawseti(L, texts, (lua_Integer)used);
        lua_pop(L, 1);
    }
    entries[used] = NULL;
    if (has_terminal && !overridden(L, env, terminal_type) && !has_terminal_type(entries)) {
        entries[used] = terminal_type;
        entries[used + 1] = NULL;
    }
    return entries;
}

/* ---- standard input and outputs ---- */

enum mode { INHERIT, NULL_DEVICE, CAPTURE, PIPE, TO_STDOUT, FILE_NAME, TERMINAL };

struct stdio_plan {
    enum mode mode;
    const char *file;
};

static struct stdio_plan check_stdio(lua_State *L, int which, bool has_terminal)
{
    struct stdio_plan plan = {has_terminal ? TERMINAL : which == 0 ? NULL_DEVICE : INHERIT, NULL};
    const char *text = jg_string_option(L, OPTIONS, FUNCTION, stdio_names[which]);
    if (text == NULL)
        return plan;
    static const char *const words[] = {
        [INHERIT] = "inherit", [NULL_DEVICE] = "null", [CAPTURE] = "capture", [PIPE] = "pipe", [TO_STDOUT] = "stdout"};
    for (plan.mode = INHERIT; plan.mode < FILE_NAME; plan.mode++) {
        if (strcmp(words[plan.mode], text) == 0)
            break;
    }
    plan.file = text;
    if (which == 0 && (plan.mode == CAPTURE || plan.mode == TO_STDOUT))
        luaL_error(L,
                   FUNCTION ": option 'stdin' can't be \"%s\"; it is \"inherit\", \"null\", \"pipe\" or a file's name",
                   text);
    if (which == 1 && plan.mode == TO_STDOUT)
        luaL_error(L, FUNCTION ": option 'stdout' can't be \"stdout\"; for a file of that name write \"./stdout\"");
    if (plan.mode == FILE_NAME && text[0] == '\0')
        luaL_error(
            L, FUNCTION ": option '%s' is empty; it is \"inherit\", \"null\", \"capture\", \"pipe\" or a file's name",
            stdio_names[which]);
    return plan;
}

/* Why a descriptor could not be had: libuv's code and what was being done to what. */
struct refusal {
    int code;
    const char *what, *subject;
};

static bool refuse(struct refusal *refusal, int code, const char *what, const char *subject)
{
    *refusal = (struct refusal){code, what, subject};
    return false;
}

static bool use_null_device(struct jg_host *host, int *descriptor, struct refusal *refusal)
{
    if (host->null_descriptor == -1) {
        int opened = jg_open_descriptor(jg_os_null_device(), UV_FS_O_RDWR);
        if (opened < 0)
            return refuse(refusal, opened, "cannot open", jg_os_null_device());
        host->null_descriptor = opened;
    }
    *descriptor = host->null_descriptor;
    return true;
}

static bool use_file(struct jg_process *process, int which, const char *name, int *descriptor, struct refusal *refusal)
{
    int flags = which == 0 ? UV_FS_O_RDONLY : UV_FS_O_WRONLY | UV_FS_O_CREAT | UV_FS_O_TRUNC;
    int opened = jg_open_descriptor(name, flags);
    if (opened < 0)
        return refuse(refusal, opened, which == 0 ? "cannot open" : "cannot write", name);
    process->child_end[which] = opened;
    *descriptor = opened;
    return true;
}

/* A pipe: `ours` is our end, the other one is the child's and is closed when it has been born. */
static bool make_pipe(struct jg_process *process, int which, int *ours, int *descriptor, struct refusal *refusal)
{
    uv_file ends[2];
    int reading = which == 0 ? 0 : UV_NONBLOCK_PIPE;
    int writing = which == 0 ? UV_NONBLOCK_PIPE : 0;
    int code = uv_pipe(ends, reading, writing);
    if (code != 0)
        return refuse(refusal, code, "cannot make a pipe for", stdio_names[which]);
    *ours = which == 0 ? ends[1] : ends[0];
    process->child_end[which] = which == 0 ? ends[0] : ends[1];
    *descriptor = process->child_end[which];
    return true;
}

static bool use_capture(struct jg_process *process, int which, size_t limit, int *descriptor, struct refusal *refusal)
{
    int ours, code = 0;
    if (!make_pipe(process, which, &ours, descriptor, refusal))
        return false;
    process->reader[which] = jg_reader_open(process->host, ours, limit, &code);
    if (process->reader[which] == NULL)
        return refuse(refusal, code, "cannot read", stdio_names[which]);
    return true;
}

/* The stream becomes the process's field of that name. */
static bool use_pipe(lua_State *L, struct jg_process *process, int which, int *descriptor, struct refusal *refusal)
{
    int ours;
    struct jg_stream *stream = jg_stream_push(L);
    lua_setfield(L, FIELDS, stdio_names[which]);
    if (!make_pipe(process, which, &ours, descriptor, refusal))
        return false;
    int code = jg_stream_open(stream, ours, which != 0);
    return code == 0 || refuse(refusal, code, "cannot open a pipe for", stdio_names[which]);
}

static bool open_stdio(lua_State *L, struct jg_process *process, int which, const struct stdio_plan *plan, size_t limit,
                       struct jg_os_command *command, struct refusal *refusal)
{
    int *descriptor = &command->stdio[which];
    *descriptor = JG_STDIO_INHERIT;
    switch (plan->mode) {
    case INHERIT:
        return true;
    case NULL_DEVICE:
        return use_null_device(process->host, descriptor, refusal);
    case CAPTURE:
        return use_capture(process, which, limit, descriptor, refusal);
    case PIPE:
        return use_pipe(L, process, which, descriptor, refusal);
    case TO_STDOUT:
        *descriptor = command->stdio[1] == JG_STDIO_INHERIT ? 1 : command->stdio[1];
        return true;
    case TERMINAL:
        *descriptor = JG_STDIO_TERMINAL;
        return true;
    case FILE_NAME:
        break;
    }
    return use_file(process, which, plan->file, descriptor, refusal);
}

/* By what name it is told who holds what this process is given: a file's own, and "stdout" for a pipe. */
static void name_stdio(lua_State *L, struct jg_process *process, int which, const struct stdio_plan *plan)
{
    struct jg_given *given = &process->given[which];
    given->name = stdio_names[which];
    if (plan->mode != FILE_NAME)
        return;
    given->name = lua_pushstring(L, plan->file);
    lua_rawsetp(L, FIELDS, given);
}

static void identify_stdio(struct jg_process *process, int which, enum mode mode, int descriptor)
{
    if (mode == CAPTURE || mode == PIPE || mode == FILE_NAME)
        jg_os_identify(descriptor, &process->given[which].identity);
}

/* ---- the timeout and the stop plan are policy: scripts/jghost/stop.lua checks and carries them out ---- */

static char checker, watcher; /* their addresses are the registry's keys for its two functions */

/* on_spawn(check, watch): check(plan, where) raises an error before a process with a stop plan is
** spawned; watch(process, timeout, plan) is called for each process that has one of the two */
static int on_spawn(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &watcher);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &checker);
    return 0;
}

static void check_plan(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &checker);
    if (lua_getfield(L, OPTIONS, "stop") == LUA_TNIL) {
        lua_pop(L, 2);
        return;
    }
    lua_pushliteral(L, FUNCTION ": option 'stop'");
    lua_call(L, 2, 0);
}

static void watch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &watcher);
    lua_pushvalue(L, PROCESS);
    bool has_timeout = lua_getfield(L, OPTIONS, "timeout") != LUA_TNIL;
    bool has_plan = lua_getfield(L, OPTIONS, "stop") != LUA_TNIL;
    if (has_timeout || has_plan)
        lua_call(L, 3, 0);
}

/* ---- spawning ---- */

/* The four results of jg_fail are on top: says what a whole command line in the program's place makes of it. */
static void add_hint(lua_State *L, const char *program)
{
    if (strchr(program, ' ') == NULL || strpbrk(program, "/\\") != NULL)
        return;
    lua_pushfstring(L, "%s (no shell is involved: the program and its arguments are items of their own)",
                    lua_tostring(L, -3));
    lua_replace(L, -4);
}

static int finish(lua_State *L, int status, lua_KContext context)
{
    struct jg_process *process = lua_touserdata(L, PROCESS);
    (void)status;
    (void)context;
    if (process->error.kind == JG_ERR_OK) {
        watch(L);
        lua_settop(L, PROCESS);
        return 1;
    }
    bool is_program = strcmp(process->error.what, "cannot run") == 0;
    if (is_program)
        lua_geti(L, OPTIONS, 1);
    else
        lua_getfield(L, OPTIONS, "cwd");
    const char *subject = lua_tostring(L, -1);
    int results = jg_fail(L, &process->error, subject);
    bool nowhere = process->error.kind == JG_ERR_NOT_FOUND || process->error.kind == JG_ERR_DENIED; /* see PATH */
    if (is_program && nowhere)
        add_hint(L, subject);
    return results;
}

/* It couldn't even be started. */
static void give_up(struct jg_process *process)
{
    jg_job_forget(process->job, process);
    jg_process_close_child_ends(process);
    jg_process_close_pty(process);
}

static const char *process_name(lua_State *L, char *const *argv)
{
    const char *name = jg_string_option(L, OPTIONS, FUNCTION, "name");
    if (name != NULL)
        return name;
    name = jg_os_file_name(argv[0]);
    return name[0] == '\0' ? argv[0] : name;
}

static void set_fields(lua_State *L, char *const *argv)
{
    lua_pushstring(L, process_name(L, argv));
    lua_setfield(L, FIELDS, "name");
    lua_pushvalue(L, JOB);
    lua_setfield(L, FIELDS, "job");
}

/* job:spawn{...} → process; or nil, message, code, name. Goes on when it runs, or is known not to. */
int jg_job_spawn(lua_State *L)
{
    struct jg_job *job = jg_check_job(L, JOB);
    struct refusal refusal = {0};
    struct stdio_plan plans[3];
    luaL_checktype(L, OPTIONS, LUA_TTABLE);
    lua_settop(L, OPTIONS);
    luaL_checkstack(L, 40, FUNCTION);
    jg_check_options(L, OPTIONS, FUNCTION, option_names);

    struct jg_process *process = jg_process_push(L);
    lua_getiuservalue(L, PROCESS, 1);
    struct jg_os_command command = {.argv = check_arguments(L), .cwd = jg_string_option(L, OPTIONS, FUNCTION, "cwd")};
    struct jg_pty_plan pty = jg_pty_option(L, OPTIONS, FUNCTION);
    command.env = check_environment(L, pty.wanted);
    int64_t limit = jg_bytes_option(L, OPTIONS, FUNCTION, "capture_limit", CAPTURE_LIMIT);
    jg_seconds_option(L, OPTIONS, FUNCTION, "timeout", 0);
    check_plan(L);
    for (int i = 0; i < 3; i++)
        plans[i] = check_stdio(L, i, pty.wanted);
    set_fields(L, command.argv);
    for (int i = 0; i < 3; i++) {
        name_stdio(L, process, i, &plans[i]);
        if (i > 0 && plans[i].mode == FILE_NAME)
            jg_space_watch(L, FIELDS, process, i, plans[i].file);
    }
    lua_pushvalue(L, PROCESS);
    jg_job_keep(L, JOB);
    process->job = job;

    bool ok = true;
    for (int i = 0; i < 3 && ok; i++)
        ok = open_stdio(L, process, i, &plans[i], (size_t)limit, &command, &refusal);
    if (!ok) {
        give_up(process);
        return jg_fail_uv(L, refusal.code, refusal.what, refusal.subject);
    }
    for (int i = 0; i < 3; i++)
        identify_stdio(process, i, plans[i].mode, command.stdio[i]);
    if (pty.wanted && !jg_pty_open(L, FIELDS, process, &pty, &process->error)) {
        give_up(process);
        return jg_fail(L, &process->error, NULL);
    }
    command.pty = process->pty == NULL ? NULL : process->pty->pty;
    if (!jg_os_spawn(process->host->os, jg_job_os(job), &command, &jg_process_events, process, &process->os,
                     &process->error)) {
        process->os = NULL;
        give_up(process);
        return finish(L, LUA_OK, 0);
    }
    jg_job_populated(job);
    jg_process_follow(process);
    return jg_wait_one(L, &process->born, INFINITY, finish, 0);
}

void jg_open_spawn(lua_State *L)
{
    lua_pushcfunction(L, on_spawn);
    lua_setfield(L, -2, "on_spawn");
}
