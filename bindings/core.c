/*
** core.c: the module jghost.core, from which the scripts make jghost.
*/
#include "bindings.h"

/* Lua makes the metatable of large buffers when the first is needed, and if there is no memory in the
** middle of that, it stays half made for good. So it is made while nothing depends on it. */
static void prepare_buffers(lua_State *L)
{
    luaL_Buffer buffer;
    luaL_buffinitsize(L, &buffer, 2 * LUAL_BUFFERSIZE);
    luaL_pushresultsize(&buffer, 0);
    lua_pop(L, 1);
}

int luaopen_jghost_core(lua_State *L)
{
    prepare_buffers(L);
    lua_newtable(L);
    jg_open_task(L);
    jg_open_event(L);
    jg_open_timer(L);
    jg_open_wait(L);
    jg_open_stream(L);
    jg_open_record(L);
    jg_open_process(L);
    jg_open_job(L);
    jg_open_spawn(L);
    jg_open_info(L);
    jg_open_leaks(L);
    jg_open_system(L);
    jg_open_place(L);
    jg_open_signame(L);
    jg_open_console(L);
    jg_open_attach(L);
    jg_open_detach(L);
    return 1;
}
