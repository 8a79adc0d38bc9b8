/*
** output.c: standard output.
*/
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "os.h"

static int reason; /* there is one standard output; 0: nothing is lost, or nobody knows why */

void jg_output_lost(int error)
{
    if (reason == 0)
        reason = error;
}

void jg_output_flush(void)
{
    if (fflush(stdout) != 0)
        jg_output_lost(errno);
}

bool jg_output_finish(int interrupted_by)
{
    jg_output_flush();
    if ((reason == 0 && !ferror(stdout)) || (interrupted_by != 0 && interrupted_by == jg_os_signal_number("pipe")))
        return true;
    fprintf(stderr, "jghost: standard output could not be written%s%s; some of it is lost\n", reason == 0 ? "" : ": ",
            reason == 0 ? "" : strerror(reason));
    return false;
}
