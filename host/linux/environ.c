/*
** environ.c: small things that differ by name only.
*/
#define _GNU_SOURCE
#include <unistd.h>

#include "../os.h"

const char *jg_os_null_device(void)
{
    return "/dev/null";
}

bool jg_os_is_absolute(const char *path)
{
    return path[0] == '/';
}

char **jg_os_environment(void)
{
    static char *none[] = {NULL};
    return environ != NULL ? environ : none; /* clearenv() */
}
