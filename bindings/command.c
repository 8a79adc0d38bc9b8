/*
** command.c: what is to be started, as a table of options has it: the command and its environment.
**
** Both are blocks of pointers, kept by userdata on the stack.
*/
#include "command.h"

#include <string.h>

char **jg_check_arguments(lua_State *L, int options, int keeper, const char *function)
{
    lua_Integer count = jg_list_length(L, options);
    if (count < 1)
        luaL_error(L, "%s: no command: the list must begin with the program's name", function);
    luaL_argcheck(L, count < INT32_MAX / (lua_Integer)sizeof(char *), options, "too many arguments");
    char **argv = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *argv, 0);
    bool computed = luaL_getmetafield(L, options, "__index") != LUA_TNIL;
    for (lua_Integer i = 1; i <= count; i++) {
        size_t length;
        int type = lua_geti(L, options, i);
        if (type != LUA_TSTRING && type != LUA_TNUMBER)
            luaL_error(L, "%s: argument %I must be a string or a number, not %s", function, (LUAI_UACINT)i,
                       luaL_typename(L, -1));
        argv[i - 1] = (char *)lua_tolstring(L, -1, &length);
        if (type == LUA_TNUMBER || computed) { /* not in the caller's table: the keeper has it */
            lua_pushvalue(L, -1);
            lua_rawseti(L, keeper, i);
        }
        if (strlen(argv[i - 1]) != length)
            luaL_error(L, "%s: argument %I has a zero byte in it", function, (LUAI_UACINT)i);
        lua_pop(L, 1);
    }
    argv[count] = NULL;
    if (argv[0][0] == '\0')
        luaL_error(L, "%s: the program's name is empty", function);
    return argv;
}

/* The pair at -2, -1 of the env table: is it one that can be set? */
static void check_variable(lua_State *L, const char *function)
{
    size_t name_length, length = 0;
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "%s: the names in 'env' must be strings, not %s", function, luaL_typename(L, -2));
    const char *name = lua_tolstring(L, -2, &name_length);
    if (name_length == 0 || strlen(name) != name_length || strchr(name + 1, '=') != NULL || name[0] == '=')
        luaL_error(L, "%s: '%s' in 'env' is no name of a variable", function, name);
    bool unset = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
    if (!unset && lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "%s: variable '%s' in 'env' must be a string, or false to unset it, not %s", function, name,
                   luaL_typename(L, -1));
    if (lua_type(L, -1) == LUA_TSTRING && strlen(lua_tolstring(L, -1, &length)) != length)
        luaL_error(L, "%s: variable '%s' in 'env' has a zero byte in it", function, name);
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

static size_t count_entries(lua_State *L, int env, char **inherited, const char *function)
{
    size_t count = 2; /* the terminal's type and the end */
    while (inherited != NULL && *inherited != NULL) {
        inherited++;
        count++;
    }
    for (lua_pushnil(L); lua_next(L, env) != 0; lua_pop(L, 1)) {
        check_variable(L, function);
        count++;
    }
    return count;
}

char **jg_check_environment(lua_State *L, int options, const char *function, bool has_terminal)
{
    bool clear = jg_boolean_option(L, options, function, "clear_env");
    int type = lua_getfield(L, options, "env");
    if (type == LUA_TNIL && !clear && (!has_terminal || has_terminal_type(jg_os_environment())))
        return NULL;
    if (type == LUA_TNIL) {
        lua_newtable(L);
        lua_replace(L, -2);
    } else if (type != LUA_TTABLE) {
        luaL_error(L, "%s: option 'env' must be a table of names and values, not %s", function, luaL_typename(L, -1));
    }
    int env = lua_gettop(L);
    char **inherited = clear ? NULL : jg_os_environment();
    size_t used = 0;
    char **entries = lua_newuserdatauv(L, count_entries(L, env, inherited, function) * sizeof *entries, 0);
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

const char *jg_name_option(lua_State *L, int options, const char *function, char *const *argv)
{
    const char *name = jg_string_option(L, options, function, "name");
    if (name != NULL)
        return name;
    name = jg_os_file_name(argv[0]);
    return name[0] == '\0' ? argv[0] : name;
}

/* ---- it could not be started ---- */

/* The four results of jg_fail are on top: says what a whole command line in the program's place makes of it. */
static void add_hint(lua_State *L, const char *program)
{
    if (strchr(program, ' ') == NULL || strpbrk(program, "/\\") != NULL)
        return;
    lua_pushfstring(L, "%s (no shell is involved: the program and its arguments are items of their own)",
                    lua_tostring(L, -3));
    lua_replace(L, -4);
}

int jg_fail_start(lua_State *L, const struct jg_err *err, int options)
{
    bool is_program = strcmp(err->what, "cannot run") == 0;
    if (is_program)
        lua_geti(L, options, 1);
    else
        lua_getfield(L, options, "cwd");
    const char *subject = lua_tostring(L, -1); /* NULL: somebody has changed the table meanwhile */
    int results = jg_fail(L, err, subject);
    bool nowhere = err->kind == JG_ERR_NOT_FOUND || err->kind == JG_ERR_DENIED; /* see PATH */
    if (is_program && nowhere && subject != NULL)
        add_hint(L, subject);
    return results;
}
