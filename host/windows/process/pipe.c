/*
** pipe.c: the room in a pipe.
*/
#include "../../os.h"

/* A pipe has the room that it was made with. */
void jg_os_widen_pipe(intptr_t descriptor)
{
    (void)descriptor;
}
