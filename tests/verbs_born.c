/*
** verbs_born.c: the test child tells what it was born with.
*/
#include <stddef.h>

#include "child.h"
#include "verbs.h"

static int verb_pid(char **words)
{
    (void)words;
    child_os_dump_ids();
    return 0;
}

static int verb_dump_name(char **words)
{
    (void)words;
    child_quote(child_name);
    return 0;
}

static int verb_dump_args(char **words)
{
    while (*words)
        child_quote(*words++);
    return 0;
}

static int verb_dump_env(char **words)
{
    (void)words;
    child_os_dump_environment();
    return 0;
}

static int verb_dump_cwd(char **words)
{
    (void)words;
    return child_os_dump_cwd();
}

static int verb_dump_fds(char **words)
{
    (void)words;
    return child_os_dump_fds();
}

static int verb_dump_signals(char **words)
{
    (void)words;
    return child_os_dump_signals();
}

static int verb_dump_limits(char **words)
{
    (void)words;
    child_os_dump_limits();
    return 0;
}

const struct verb child_verbs_born[] = {
    {"pid", 0, 0, "", "pid=, parent=, group=, session=, uid=, gid= on one line", verb_pid},
    {"dump-name", 0, 0, "", "argv[0], quoted", verb_dump_name},
    {"dump-args", REST, 0, "ARGS...", "each quoted, on a line of its own", verb_dump_args},
    {"dump-env", 0, 0, "", "each variable quoted, on a line of its own", verb_dump_env},
    {"dump-cwd", 0, 0, "", "the working directory, quoted", verb_dump_cwd},
    {"dump-fds", 0, 0, "", "each open descriptor: number, access, kind, quoted name", verb_dump_fds},
    {"dump-signals", 0, 0, "", "two lines: \"blocked\" and \"ignored\", each with the names", verb_dump_signals},
    {"dump-limits", 0, 0, "", "each resource limit: name, soft, hard", verb_dump_limits},
    {NULL, 0, 0, NULL, NULL, NULL},
};
