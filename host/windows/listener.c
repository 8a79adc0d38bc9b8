/*
** listener.c: lets others attach to this harness: not yet.
**
** It is to be a named pipe, \\.\pipe\jghost-PID with the guard's pid, which only the same user may open.
*/
#include <windows.h>

#include "../os.h"

bool jg_os_attach_listen(struct jg_os_loop *loop, jg_os_attached_fn *attached, void *owner, struct jg_err *err)
{
    (void)loop;
    (void)attached;
    (void)owner;
    return jg_err_set(err, ERROR_NOT_SUPPORTED, "cannot listen for those who attach");
}
