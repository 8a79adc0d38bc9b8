/*
** err.c: the error kinds, their names, and what follows from them.
*/
#include "err.h"

const char *jg_err_name(enum jg_err_kind kind)
{
    static const char *const names[] = {
#define JG_ERR_NAME(kind, name) [JG_ERR_##kind] = name,
        JG_ERR_KINDS(JG_ERR_NAME)
#undef JG_ERR_NAME
    };
    return names[kind];
}

int jg_err_set(struct jg_err *err, int native, const char *what)
{
    err->kind = jg_os_err_kind(native);
    err->native = native;
    err->what = what;
    return 0;
}

bool jg_err_is_shortage(const struct jg_err *err)
{
    return err->kind == JG_ERR_NO_MEMORY || err->kind == JG_ERR_NO_DESCRIPTORS || err->kind == JG_ERR_NO_PROCESSES;
}
