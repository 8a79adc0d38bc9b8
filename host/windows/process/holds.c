/*
** holds.c: what a process has open.
*/
#include "../../os.h"
#include "../native.h"

/*
** It isn't to be known. The two ends of a pipe are two objects with nothing in common that another process may ask
** for but a name; and to ask a synchronous handle for that, or a file's for its number, waits for whatever is being
** read from it.
*/
void jg_os_identify(int descriptor, struct jg_os_identity *identity)
{
    (void)descriptor;
    *identity = (struct jg_os_identity){0};
}

bool jg_os_process_holds(int64_t pid, jg_os_identity_each_fn *each, void *argument, struct jg_err *err)
{
    (void)pid;
    (void)each;
    (void)argument;
    return jg_err_set(err, JG_NATIVE_NO_HOLDERS, "cannot look into process");
}
