/*
** talk_windows.c: a process talks to the test that stops it.
*/
#include "talk.h"

#include <windows.h>

bool jg_fault_talk(const char *line, size_t size)
{
    DWORD count;
    char go;
    if (!WriteFile(GetStdHandle(STD_ERROR_HANDLE), line, (DWORD)size, &count, NULL) || count != size)
        return false;
    return ReadFile(GetStdHandle(STD_INPUT_HANDLE), &go, 1, &count, NULL) || GetLastError() == ERROR_BROKEN_PIPE;
}

/* A job ends what is in it; nobody asks for his own end. */
void jg_fault_unbind(void)
{
}

/* There are no such namespaces. */
void jg_fault_starve(const char *what)
{
    (void)what;
}
