/*
** level.h: how strong the guarantee is here. The order is the strength, weakest first.
*/
#ifndef JG_LEVEL_H
#define JG_LEVEL_H

#define JG_LEVELS(X) \
    X(REAPER, "reaper") \
    X(NAMESPACE, "namespace") \
    X(AUTOKILL, "autokill") \
    X(JOB_OBJECT, "job-object")

enum jg_level {
#define JG_LEVEL_ENUM(level, name) JG_LEVEL_##level,
    JG_LEVELS(JG_LEVEL_ENUM)
#undef JG_LEVEL_ENUM
        JG_LEVEL_COUNT
};

/* The name of a level as users write it. Static text. */
const char *jg_level_name(enum jg_level level);

/* The level of that name, or JG_LEVEL_COUNT if there is none. */
enum jg_level jg_level_named(const char *name);

#endif
