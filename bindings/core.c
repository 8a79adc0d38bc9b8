/*
** core.c: the module jghost.core, from which the scripts make jghost.
*/
#include "bindings.h"

int luaopen_jghost_core(lua_State *L)
{
    lua_newtable(L);
    jg_open_task(L);
    jg_open_event(L);
    jg_open_timer(L);
    jg_open_wait(L);
    jg_open_stream(L);
    jg_open_process(L);
    jg_open_job(L);
    jg_open_spawn(L);
    jg_open_info(L);
    jg_open_system(L);
    jg_open_console(L);
    return 1;
}
