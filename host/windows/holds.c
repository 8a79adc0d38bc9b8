/*
** holds.c: who holds the other end of a pipe?
*/
#include "../os.h"

/*
** It isn't to be known. The two ends of a pipe are two objects with nothing in common that another process may ask
** for but a name; and to ask a synchronous handle for its name waits for whatever is being read from it.
*/
bool jg_os_process_holds(int64_t pid, intptr_t descriptor)
{
    (void)pid;
    (void)descriptor;
    return false;
}
