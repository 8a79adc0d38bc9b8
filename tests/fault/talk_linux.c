/*
** talk_linux.c: a process talks to the test that stops it.
*/
#include "talk.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

bool jg_fault_talk(const char *line, size_t size)
{
    char go;
    return write(STDERR_FILENO, line, size) == (ssize_t)size && read(STDIN_FILENO, &go, 1) >= 0;
}

void jg_fault_unbind(void)
{
    prctl(PR_SET_PDEATHSIG, 0);
}

void jg_fault_starve(const char *what)
{
    const struct rlimit none = {0, 0};
    if (getpid() == 1)
        setrlimit(strcmp(what, "processes") == 0 ? RLIMIT_NPROC : RLIMIT_NOFILE, &none);
}
