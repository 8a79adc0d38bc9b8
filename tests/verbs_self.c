/*
** verbs_self.c: what the test child does with itself: it ends, or doesn't, or doesn't obey.
*/
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "child.h"
#include "verbs.h"

/* ---- ending, or not */

static int verb_exit(char **words)
{
    exit((int)child_number(words[0]));
}

static int verb_true(char **words)
{
    (void)words;
    return 0;
}

static int verb_signal(char **words)
{
    return child_os_signal(words[0]);
}

static int verb_hang(char **words)
{
    (void)words;
    child_os_hang();
    return 0;
}

static int verb_spin(char **words)
{
    (void)words;
    for (volatile unsigned turns = 0;; turns++)
        ;
    return 0;
}

static int verb_burn(char **words)
{
    double end = child_os_cpu_seconds() + child_seconds(words[0]);
    while (child_os_cpu_seconds() < end)
        ;
    return 0;
}

static int verb_sleep(char **words)
{
    return child_os_sleep(child_seconds(words[0]));
}

static int verb_exec(char **words)
{
    return words[0] ? child_os_exec(words) : EINVAL;
}

/* ---- disobedience */

static int verb_ignore(char **words)
{
    return child_os_ignore(words[0]);
}

static int verb_ignore_term(char **words)
{
    (void)words;
    return child_os_ignore("TERM");
}

static int verb_ignore_all(char **words)
{
    (void)words;
    return child_os_ignore_all();
}

static int verb_block(char **words)
{
    return child_os_block(words[0]);
}

static int verb_block_all(char **words)
{
    (void)words;
    return child_os_block_all();
}

static int verb_expect_term(char **words)
{
    return child_os_expect_term((int)child_number(words[0]));
}

static int verb_kill(char **words)
{
    unsigned long long pid = child_number(words[0]);
    if (pid == 0 || pid > INT_MAX) /* 0 and minus 1 would be the test itself, and everybody */
        return EINVAL;
    return child_os_kill((long)pid, words[1]);
}

static int verb_interrupt(char **words)
{
    return child_os_interrupt(words[0]);
}

static int verb_setsid(char **words)
{
    (void)words;
    return child_os_setsid();
}

static int verb_subreaper(char **words)
{
    (void)words;
    return child_os_subreaper();
}

static int verb_rename(char **words)
{
    return child_os_rename(words[0]);
}

static int verb_undumpable(char **words)
{
    (void)words;
    return child_os_undumpable();
}

static int verb_allocate(char **words)
{
    size_t size = (size_t)child_number(words[0]);
    volatile char *memory = malloc(size ? size : 1);
    if (memory == NULL)
        return ENOMEM;
    for (size_t at = 0; at < size; at += 4096)
        memory[at] = 1; /* now it is really there; and it stays, that is the point */
    return 0;
}

static int verb_threads(char **words)
{
    return child_os_threads((size_t)child_number(words[0]));
}

static int verb_leaderless(char **words)
{
    return child_os_leaderless(words);
}

const struct verb child_verbs_self[] = {
    {"exit", 1, 0, "N", "ends with this status", verb_exit},
    {"true", 0, 0, "", "does nothing", verb_true},
    {"signal", 1, 0, "NAME", "dies of this signal", verb_signal},
    {"hang", 0, 1, "", "does nothing for ever", verb_hang},
    {"spin", 0, 1, "", "does nothing for ever, busily", verb_spin},
    {"burn", 1, 1, "S", "uses S seconds of processor time", verb_burn},
    {"sleep", 1, 1, "S", "does nothing for S seconds", verb_sleep},
    {"exec", REST, 0, "COMMAND...", "becomes this program", verb_exec},
    {"ignore", 1, 0, "NAME", "ignores this signal", verb_ignore},
    {"ignore-term", 0, 0, "", "ignores the polite request to end", verb_ignore_term},
    {"ignore-all", 0, 0, "", "ignores every signal that can be ignored", verb_ignore_all},
    {"block", 1, 0, "NAME", "blocks this signal", verb_block},
    {"block-all", 0, 0, "", "blocks every signal that can be blocked", verb_block_all},
    {"expect-term", 1, 0, "N", "when asked politely to end: prints \"terminated\" and exits N", verb_expect_term},
    {"kill", 2, 0, "PID NAME", "sends a signal to somebody", verb_kill},
    {"interrupt", 1, 0, "NAME", "as the terminal does: INT (Ctrl-C) or TERM (Ctrl-Break) for all of its group",
     verb_interrupt},
    {"setsid", 0, 0, "", "a session of its own", verb_setsid},
    {"subreaper", 0, 0, "", "adopts the orphans below it", verb_subreaper},
    {"rename", 1, 0, "TEXT", "the name that process lists show", verb_rename},
    {"undumpable", 0, 0, "", "closes itself and its /proc to others", verb_undumpable},
    {"allocate", 1, 0, "BYTES", "and uses every page of it", verb_allocate},
    {"threads", 1, 0, "N", "that hang", verb_threads},
    {"leaderless", VERBS_ON, 0, "VERBS...", "in a thread whose process looks like a zombie: the first thread ends",
     verb_leaderless},
    {NULL, 0, 0, NULL, NULL, NULL},
};
