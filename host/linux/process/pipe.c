/*
** pipe.c: the room in a pipe.
*/
#define _GNU_SOURCE
#include <fcntl.h>

#include "../../os.h"

enum { WIDE = 256 << 10 }; /* bytes */

/* Past what all of a user's pipes together may have the kernel refuses, and all stays as it is: pipe(7). */
void jg_os_widen_pipe(intptr_t descriptor)
{
    fcntl((int)descriptor, F_SETPIPE_SZ, WIDE);
}
