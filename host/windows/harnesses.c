/*
** harnesses.c: finds the harnesses that others run, and connects to them: not yet.
**
** They are to be found by the names of their pipes, in \\.\pipe\.
*/
#include <windows.h>

#include "../os.h"

bool jg_os_harnesses(jg_os_harness_each_fn *each, void *argument, struct jg_err *err)
{
    (void)each;
    (void)argument;
    return jg_err_set(err, ERROR_NOT_SUPPORTED, "cannot list the harnesses");
}

bool jg_os_attach(int64_t id, int descriptors[2], struct jg_err *err)
{
    (void)id;
    (void)descriptors;
    return jg_err_set(err, ERROR_NOT_SUPPORTED, "cannot attach to");
}
