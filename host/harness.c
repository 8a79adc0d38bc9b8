/*
** harness.c: the second of the two processes.
**
** This is the process that has Lua and everything that the user wrote. It is needed because what
** starts processes must itself be in the job: then whatever it starts is born there, and there is no
** moment in which it isn't. It is created running, and waits for either of the two handles that it
** was given: the guard's (the run was cancelled: exit) or the event (safely in the job: begin). It
** ends when its script does.
*/
#include "harness.h"

#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bindings/bindings.h"
#include "../bindings/embedded.h"
#include "command.h"
#include "exit.h"
#include "os.h"
#include "output.h"
#include "stage.h"

int luaopen_lfs(lua_State *L);

/* ---- lua(1)'s options ---- */

/* Runs what is on the stack as the main task; says why, if it fails. */
static bool call(lua_State *L, int arguments)
{
    bool ok = jg_host_call(L, arguments, 0) == LUA_OK;
    if (!ok)
        jg_complain(L, "");
    return ok;
}

static bool call_loaded(lua_State *L, int load_status, int arguments)
{
    if (load_status == LUA_OK)
        return call(L, arguments);
    if (load_status == LUA_ERRFILE)
        jg_host_push_interrupt(L); /* that is why the file couldn't be read: it was broken off */
    jg_complain(L, "");
    return false;
}

static bool run_init(lua_State *L)
{
    const char *name = "=LUA_INIT" LUA_VERSUFFIX;
    const char *init = getenv(name + 1);
    if (init == NULL)
        init = getenv((name = "=LUA_INIT") + 1);
    if (init == NULL)
        return true;
    if (init[0] == '@')
        return call_loaded(L, luaL_loadfile(L, init + 1), 0);
    return call_loaded(L, luaL_loadbuffer(L, init, strlen(init), name), 0);
}

/* -l name, -l g=name, as lua(1) since 5.4.4 */
static bool require_library(lua_State *L, const char *argument)
{
    const char *equals = strchr(argument, '=');
    const char *module = equals == NULL ? argument : equals + 1;
    lua_getglobal(L, "require");
    lua_pushstring(L, module);
    if (jg_host_call(L, 1, 1) != LUA_OK) {
        jg_complain(L, "");
        return false;
    }
    lua_pushlstring(L, argument, equals == NULL ? strlen(argument) : (size_t)(equals - argument));
    lua_insert(L, -2);
    lua_pushglobaltable(L);
    lua_insert(L, -3);
    lua_settable(L, -3);
    lua_pop(L, 1);
    return true;
}

/* The command line has been checked by command.c; this only does what stands there, in its order. */
static bool run_statements(lua_State *L, const struct jg_command *command)
{
    int end = command->script > 0 ? command->script : command->argc;
    for (int i = 1; i < end; i++) {
        const char *argument = command->argv[i];
        const char *value = argument[0] == '-' && argument[1] != '\0' && argument[2] != '\0' ? argument + 2 : NULL;
        bool ok = true;
        if (argument[0] != '-' || strcmp(argument, "--") == 0)
            break;
        if (argument[1] == 'W')
            lua_warning(L, "@on", 0);
        if (argument[1] != 'e' && argument[1] != 'l')
            continue;
        if (value == NULL)
            value = command->argv[++i];
        if (argument[1] == 'l')
            ok = require_library(L, value);
        else
            ok = call_loaded(L, luaL_loadbuffer(L, value, strlen(value), "=(command line)"), 0);
        if (!ok)
            return false;
    }
    return true;
}

/* arg[0] is the script, what precedes it is at negative indices. */
static void create_arg(lua_State *L, const struct jg_command *command)
{
    int script = command->script > 0 ? command->script : command->argc;
    if (script == command->argc)
        script = 0; /* no script: the interpreter's name is arg[0] */
    lua_createtable(L, command->argc - script, script + 1);
    for (int i = 0; i < command->argc; i++) {
        lua_pushstring(L, command->argv[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
}

static bool run_script(lua_State *L, const struct jg_command *command)
{
    const char *name = command->argv[command->script];
    bool is_stdin = strcmp(name, "-") == 0 && strcmp(command->argv[command->script - 1], "--") != 0;
    int arguments = command->argc - command->script - 1;
    int status = luaL_loadfile(L, is_stdin ? NULL : name);
    luaL_checkstack(L, arguments, "too many arguments to script");
    for (int i = 0; status == LUA_OK && i < arguments; i++)
        lua_pushstring(L, command->argv[command->script + 1 + i]);
    return call_loaded(L, status, arguments);
}

static bool run_module(lua_State *L, const char *name)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    return call(L, 1);
}

static void print_version(void)
{
    if (puts("jghost " JG_VERSION "  " LUA_COPYRIGHT) == EOF)
        jg_output_lost(errno);
}

static bool run_lua(lua_State *L, const struct jg_command *command)
{
    bool nothing = command->script == 0 && command->statements == 0 && !command->version && !command->interactive;
    if (command->version || (nothing && jg_os_is_terminal(0)))
        print_version();
    if (!command->ignore_env && !run_init(L))
        return false;
    if (!run_statements(L, command))
        return false;
    jg_stage(JG_STAGE_SCRIPT_BEGINS);
    if (command->script > 0 && !run_script(L, command))
        return command->interactive && run_module(L, "jghost.repl") && false;
    if (command->interactive || (nothing && jg_os_is_terminal(0)))
        return run_module(L, "jghost.repl");
    return !nothing || call_loaded(L, luaL_loadfile(L, NULL), 0);
}

/* One of our own programs: a module that returns a function, which is called with `argument`. */
static bool run_program(lua_State *L, const char *name, const char *argument)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    if (jg_host_call(L, 1, 1) != LUA_OK) {
        jg_complain(L, "");
        return false;
    }
    lua_pushstring(L, argument);
    return call(L, 1);
}

static bool run_mode(lua_State *L, const struct jg_command *command)
{
    switch (command->mode) {
    case JG_MODE_DOCTOR:
        return run_module(L, "jghost.doctor");
    case JG_MODE_LIST:
        return run_program(L, "jghost.list", NULL);
    case JG_MODE_ATTACH:
        return run_program(L, "jghost.attach", command->attach);
    default:
        jg_attach_listen(L);
        return run_lua(L, command);
    }
}

/* ---- the state ---- */

static int load_embedded(lua_State *L)
{
    const struct jg_embedded_script *script = lua_touserdata(L, lua_upvalueindex(1));
    if (luaL_loadbuffer(L, script->source, script->size, script->chunk) != LUA_OK)
        return lua_error(L);
    lua_pushvalue(L, 1);
    lua_pushstring(L, script->chunk + 1);
    lua_call(L, 2, 1);
    return 1;
}

static void preload_library(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    for (const struct jg_embedded_script *script = jg_embedded_scripts; script->name != NULL; script++) {
        lua_pushlightuserdata(L, (void *)script);
        lua_pushcclosure(L, load_embedded, 1);
        lua_setfield(L, -2, script->name);
    }
    lua_pushcfunction(L, luaopen_lfs);
    lua_setfield(L, -2, "lfs");
    lua_pushcfunction(L, luaopen_jghost_core);
    lua_setfield(L, -2, "jghost.core");
    lua_pop(L, 1);
}

/* --scripts=DIR: a module of ours that is found there is taken instead of the embedded one. */
static int search_scripts(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchpath");
    lua_pushvalue(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_call(L, 2, 2);
    if (lua_isnil(L, -2))
        return 1;
    const char *file = lua_tostring(L, -2);
    if (luaL_loadfile(L, file) != LUA_OK)
        return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, file, lua_tostring(L, -1));
    lua_pushstring(L, file);
    return 2;
}

static void prefer_scripts(lua_State *L, const char *folder)
{
    lua_getglobal(L, "table");
    lua_getfield(L, -1, "insert");
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "searchers");
    lua_remove(L, -2);
    lua_pushinteger(L, 1);
    lua_pushfstring(L, "%s/?.lua;%s/?/init.lua", folder, folder);
    lua_pushcclosure(L, search_scripts, 1);
    lua_call(L, 3, 0);
    lua_pop(L, 1);
}

/* In protected mode: makes the libraries and runs the command. Returns whether all went well. */
static int protected_main(lua_State *L)
{
    const struct jg_command *command = lua_touserdata(L, 1);
    if (command->ignore_env) {
        lua_pushboolean(L, 1); /* loadlib.c looks for this */
        lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    }
    luaL_openlibs(L);
    jg_open_exit(L);
    jg_open_coroutine(L);
    jg_open_print(L);
    preload_library(L);
    if (command->scripts != NULL)
        prefer_scripts(L, command->scripts);
    create_arg(L, command);
    lua_gc(L, LUA_GCGEN, 0, 0);
    bool ok = run_mode(L, command);
    jg_stage(JG_STAGE_SCRIPT_ENDED);
    if (jg_host_finish(L) > 0)
        ok = false;
    lua_pushboolean(L, ok);
    return 1;
}

static int run_state(lua_State *L, const struct jg_command *command)
{
    struct jg_err err;
    if (!jg_host_open(L, &err)) {
        char text[160];
        fprintf(stderr, "jghost: %s: %s\n", err.what, jg_os_err_text(err.native, text, sizeof text));
        lua_close(L);
        return JG_EXIT_GUARD_FAILED;
    }
    lua_pushcfunction(L, protected_main);
    lua_pushlightuserdata(L, (void *)command);
    bool ok = lua_pcall(L, 1, 1, 0) == LUA_OK;
    if (!ok)
        jg_complain(L, "");
    jg_host_begin_close(L);
    /* an interrupt that came when the script had ended has not been raised: nobody could have caught it */
    ok = ok && lua_toboolean(L, -1) && !jg_host_interrupt_pending(L);
    int interrupted_by = jg_host_interrupted_by(L);
    jg_host_close(L);
    if (!ok && interrupted_by != 0)
        return JG_EXIT_SIGNAL + interrupted_by;
    if (!jg_output_finish(interrupted_by))
        return JG_EXIT_FAILURE;
    return ok ? JG_EXIT_SUCCESS : JG_EXIT_FAILURE;
}

static int run_exec(const struct jg_command *command)
{
    struct jg_err err;
    char text[160];
    jg_os_harness_exec(command->exec, &err);
    fprintf(stderr, "jghost: %s %s: %s\n", err.what, command->exec[0], jg_os_err_text(err.native, text, sizeof text));
    return err.kind == JG_ERR_NOT_FOUND ? JG_EXIT_NOT_FOUND : JG_EXIT_NOT_EXECUTABLE;
}

int jg_harness_main(struct jg_os_start *start, void *argument)
{
    const struct jg_command *command = argument;
    struct jg_err err;
    if (!jg_os_harness_enter(start, &err))
        return JG_EXIT_GUARD_FAILED;
    if (command->mode == JG_MODE_EXEC)
        return run_exec(command);
    if (command->scripts != NULL && !jg_is_folder(command->scripts)) {
        fprintf(stderr, "jghost: --scripts=%s: there is no such folder\n", command->scripts);
        return JG_EXIT_GUARD_FAILED;
    }
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fprintf(stderr, "jghost: cannot create the Lua state: not enough memory\n");
        return JG_EXIT_FAILURE;
    }
    return run_state(L, command);
}
