/*
** level.c: the names of the levels.
*/
#include "level.h"

#include <string.h>

static const char *const names[JG_LEVEL_COUNT] = {
#define JG_LEVEL_NAME(level, name) [JG_LEVEL_##level] = name,
    JG_LEVELS(JG_LEVEL_NAME)
#undef JG_LEVEL_NAME
};

const char *jg_level_name(enum jg_level level)
{
    return names[level];
}

enum jg_level jg_level_named(const char *name)
{
    int level = 0;
    while (level < JG_LEVEL_COUNT && strcmp(names[level], name) != 0)
        level++;
    return (enum jg_level)level;
}
