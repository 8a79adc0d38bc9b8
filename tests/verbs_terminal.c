/*
** verbs_terminal.c: the test child and its terminal.
*/
#include <stdio.h>

#include "child.h"
#include "verbs.h"

static int verb_terminals(char **words)
{
    (void)words;
    fputs("terminals:", stdout);
    for (int fd = 0; fd < 3; fd++) {
        if (child_os_is_terminal(fd))
            printf(" %d", fd);
    }
    puts(".");
    return 0;
}

static int verb_size(char **words)
{
    int rows, columns, error = child_os_size(&rows, &columns);
    (void)words;
    if (error == 0)
        printf("size: %d by %d.\n", rows, columns);
    return error;
}

static int verb_wait_resize(char **words)
{
    (void)words;
    return child_os_wait_resize();
}

static int verb_code_page(char **words)
{
    (void)words;
    return child_os_dump_code_page();
}

static int verb_colour(char **words)
{
    printf(child_os_is_terminal(1) ? "\033[31m%s\033[m\n" : "%s\n", words[0]);
    return 0;
}

const struct verb child_verbs_terminal[] = {
    {"terminals", 0, 0, "", "which of 0, 1 and 2 are terminals", verb_terminals},
    {"size", 0, 0, "", "rows and columns of its terminal", verb_size},
    {"wait-resize", 0, 1, "", "says \"watching\", and waits until they change", verb_wait_resize},
    {"code-page", 0, 0, "", "what its console takes for text that is written to it; Windows", verb_code_page},
    {"colour", 1, 0, "TEXT", "a line on stdout, in red if that is a terminal", verb_colour},
    {NULL, 0, 0, NULL, NULL, NULL},
};
