/*
** verbs_others.c: the processes that the test child makes around itself.
*/
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "child.h"
#include "verbs.h"

/* What a verb makes of a branch: one that ended at once is no failure, unless it was meant to stand. */
static int branched(long pid, int must_stand)
{
    if (pid == CHILD_ENDED)
        return must_stand ? ECHILD : 0;
    return pid < 0 ? (int)-pid : 0;
}

static int verb_fork(char **words)
{
    return branched(child_os_branch(words), 0);
}

static int verb_fork_tree(char **words)
{
    unsigned long long depth = child_number(words[0]), width = child_number(words[1]);
    char below[24];
    char *branch[] = {"fork-tree", below, words[1], "hang", NULL};
    int error = 0;
    snprintf(below, sizeof below, "%llu", depth - 1);
    for (unsigned long long i = 0; depth > 0 && i < width && error == 0; i++)
        error = branched(child_os_branch(branch), 1);
    return error;
}

static int verb_break_away(char **words)
{
    return branched(child_os_break_away(words), 0);
}

static int verb_hold_pipe(char **words)
{
    char *branch[] = {"close-stdin", "hang", NULL};
    (void)words;
    return branched(child_os_branch(branch), 1);
}

static int verb_daemonise(char **words)
{
    int error = branched(child_os_detach(words), 0);
    if (error == 0)
        exit(0);
    return error;
}

static int verb_terminal(char **words)
{
    return child_os_terminal(words);
}

static int verb_stopped(char **words)
{
    (void)words;
    return child_os_stopped();
}

static int verb_traced(char **words)
{
    (void)words;
    return child_os_traced();
}

static int verb_trace(char **words)
{
    return child_os_trace((long)child_number(words[0]));
}

static int verb_vfork(char **words)
{
    (void)words;
    return child_os_vfork();
}

static int verb_flee(char **words)
{
    return child_os_flee(child_seconds(words[0]));
}

static int verb_zombies(char **words)
{
    return child_os_zombies((size_t)child_number(words[0]));
}

static int verb_reap(char **words)
{
    (void)words;
    return child_os_reap();
}

static int verb_end_session(char **words)
{
    return child_os_end_session(words[0]);
}

static int verb_tell_event(char **words)
{
    return child_os_tell_event((long)child_number(words[0]), words[1]);
}

static int verb_dump_marked(char **words)
{
    return child_os_dump_marked(words[0]);
}

const struct verb child_verbs_others[] = {
    {"fork", BLOCK_OF_VERBS, 0, "VERBS... --", "a child that performs these", verb_fork},
    {"fork-tree", 2, 0, "DEPTH WIDTH", "WIDTH children that hang, each with such a tree of DEPTH - 1", verb_fork_tree},
    {"daemonise", VERBS_ON, 0, "VERBS...", "a daemon that performs these; exits 0 when it stands", verb_daemonise},
    {"break-away", BLOCK_OF_VERBS, 0, "VERBS... --", "a child outside of this job that performs these; Windows",
     verb_break_away},
    {"hold-pipe", 0, 0, "", "a child that hangs with our stdout and stderr open", verb_hold_pipe},
    {"terminal", VERBS_ON, 0, "VERBS...", "where an interrupt reaches nobody else: a console, or a session, for these",
     verb_terminal},
    {"stopped", 0, 0, "", "a child that is stopped", verb_stopped},
    {"traced", 0, 0, "", "a child that is stopped, and traced by this process", verb_traced},
    {"trace", 1, 0, "PID", "stops this process, and traces it", verb_trace},
    {"vfork", 0, 1, "", "stuck for ever in a vfork", verb_vfork},
    {"flee", 1, 1, "S", "for S seconds: forks and ends, over and over", verb_flee},
    {"zombies", 1, 0, "N", "N children that have ended, and are left unreaped", verb_zombies},
    {"reap", 0, 1, "", "until all own children have ended", verb_reap},
    {"end-session", 1, 0, "yes|no", "tells a jghost that is its parent that the session ends, or doesn't; Windows",
     verb_end_session},
    {"tell-event", 2, 0, "PID c|break|close", "tells that process of it, and no other, as its console does; Windows",
     verb_tell_event},
    {"dump-marked", 1, 0, "NAME=VALUE", "others with this variable: pid, parent, name, quoted command; Windows",
     verb_dump_marked},
    {NULL, 0, 0, NULL, NULL, NULL},
};
