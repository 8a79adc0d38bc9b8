/*
** wmain.c: where a program of ours begins on Windows: with its arguments in UTF-16, of which main gets UTF-8.
**
** The C library takes the command line apart: CommandLineToArgvW would need shell32.dll, and that a dozen others.
*/
#include <stdio.h>
#include <stdlib.h>

#include "../exit.h"
#include "wide.h"

int main(int argc, char **argv);

int _dowildcard = 0; /* mingw's start-up code would take *.lua for a pattern */

int wmain(int argc, wchar_t **wide)
{
    char **argv = calloc((size_t)argc + 1, sizeof *argv);
    for (int i = 0; argv != NULL && i < argc; i++) {
        argv[i] = jg_narrow(wide[i]);
        if (argv[i] == NULL)
            argv = NULL;
    }
    if (argv == NULL) {
        fputs("jghost: not enough memory for the arguments\n", stderr);
        return JG_EXIT_GUARD_FAILED;
    }
    return main(argc, argv);
}
