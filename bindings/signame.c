/*
** signame.c: names of signals, and what is said of those that are none.
*/
#include <ctype.h>
#include <string.h>

#include "../host/nearest.h"
#include "bindings.h"

enum { LONGEST = 15, MOST = 64 };

/* "SIGKILL", "Kill" and their kind as we have them: "kill". False: it is too long for any. */
static bool plain_name(char plain[LONGEST + 1], const char *name)
{
    size_t length = strlen(name);
    if (length > LONGEST)
        return false;
    for (size_t i = 0; i <= length; i++)
        plain[i] = (char)tolower((unsigned char)name[i]);
    if (strncmp(plain, "sig", 3) == 0)
        memmove(plain, plain + 3, length + 1 - 3);
    return true;
}

static const char *nearest(const char *name)
{
    const char *names[MOST];
    size_t count = 0;
    while (count < MOST && (names[count] = jg_os_known_signal(count)) != NULL)
        count++;
    return jg_nearest(name, names, count);
}

const char *jg_push_no_signal(lua_State *L, const char *name)
{
    char plain[LONGEST + 1];
    bool is_short = plain_name(plain, name);
    if (is_short && jg_os_signal_number(plain) != 0)
        return lua_pushfstring(L, "no such signal '%s': the names are in lower case, without SIG: '%s'", name, plain);
    const char *meant = is_short ? nearest(plain) : NULL;
    if (meant != NULL)
        return lua_pushfstring(L, "no such signal '%s'; did you mean '%s'?", name, meant);
    return lua_pushfstring(L, "no such signal '%s' (such as term, kill, int, hup, dump)", name);
}

/* is_signal(name) → true; or false and what is wrong with it */
static int is_signal(lua_State *L)
{
    size_t length;
    const char *name = luaL_checklstring(L, 1, &length);
    bool is = strlen(name) == length && jg_os_signal_number(name) != 0;
    lua_pushboolean(L, is);
    if (is)
        return 1;
    jg_push_no_signal(L, name);
    return 2;
}

void jg_open_signame(lua_State *L)
{
    lua_pushcfunction(L, is_signal);
    lua_setfield(L, -2, "is_signal");
}
