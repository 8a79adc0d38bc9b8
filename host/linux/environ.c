/*
** environ.c: small things that differ by name only.
*/
#define _GNU_SOURCE
#include <string.h>
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

const char *jg_os_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool jg_os_variables_fold_case(void)
{
    return false;
}

bool jg_os_same_variable(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

char **jg_os_environment(void)
{
    static char *none[] = {NULL};
    return environ != NULL ? environ : none; /* clearenv() */
}
