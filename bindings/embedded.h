/*
** embedded.h: the Lua library as it is in the executable, written by scripts/embed.lua.
*/
#ifndef JG_EMBEDDED_H
#define JG_EMBEDDED_H

#include <stddef.h>

struct jg_embedded_script {
    const char *name;   /* the module's, such as "jghost.pool" for scripts/jghost/pool.lua */
    const char *chunk;  /* for luaL_loadbuffer, such as "@jghost/pool.lua" */
    const char *source; /* the file as it is */
    size_t size;
};

/* By name; the last one's name is NULL. */
extern const struct jg_embedded_script jg_embedded_scripts[];

#endif
