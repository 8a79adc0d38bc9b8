/*
** child.c: the obedient and disobedient child, for tests. Its command line is a list of verbs that
** are performed in order, so that a test says what its child does and needs no shell and no delay:
**
**     child ignore-term fork setsid hang -- ready hang
**
** Readiness is something on a pipe. A forked child is waited for until it first comes to a verb
** that lasts (marked * in `child help`), so a `ready` after it is true of the child as well.
**
** Under the name of a verb it performs that one: a copy called sleep plays sleep(1).
**
** The status is 0 after the last verb, 64 for a mistake in the words, 69 for what this system
** doesn't have, 71 for what it refuses.
*/
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

const char *child_name;

/* ---- small helpers */

static int refused(const char *verb, int error)
{
    fflush(stdout);
    fprintf(stderr, "child: %s: %s\n", verb, error == ENOTSUP ? "not supported" : strerror(error));
    return error == EINVAL ? CHILD_USAGE : error == ENOTSUP ? CHILD_NOT_SUPPORTED : CHILD_REFUSED;
}

static void bad_number(const char *word)
{
    fprintf(stderr, "child: not a number: %s\n", word);
    exit(CHILD_USAGE);
}

unsigned long long child_number(const char *word)
{
    char *end;
    unsigned long long value = strtoull(word, &end, 10);
    const char *units = "KMG", *unit = *end ? strchr(units, *end) : NULL;
    if (unit) {
        value <<= 10 * (unit - units + 1);
        end++;
    }
    if (end == word || *end || word[0] == '-')
        bad_number(word);
    return value;
}

double child_seconds(const char *word)
{
    char *end;
    double value = strtod(word, &end);
    if (end == word || *end || !(value >= 0))
        bad_number(word);
    return value;
}

void child_quote(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ' || c >= 127)
            printf("\\x%02x", c);
        else if (c == '"' || c == '\\')
            printf("\\%c", c);
        else
            putchar(c);
    }
    puts("\"");
}

/* ---- the verbs */

static int verb_help(char **words);

static const struct verb help[] = {
    {"help", 0, 0, "", "lists the verbs", verb_help},
    {NULL, 0, 0, NULL, NULL, NULL},
};

static const struct verb *const tables[] = {
    help, child_verbs_self, child_verbs_streams, child_verbs_others, child_verbs_born, child_verbs_terminal};

enum { TABLES = sizeof tables / sizeof tables[0] };

static int verb_help(char **words)
{
    (void)words;
    puts("child VERBS...: performs them in order. What lasts (*) makes a fork's parent go on.");
    for (int i = 0; i < TABLES; i++) {
        for (const struct verb *verb = tables[i]; verb->name != NULL; verb++) {
            char usage[40];
            snprintf(usage, sizeof usage, "%s %s", verb->name, verb->words);
            printf("  %c %-24s %s\n", verb->lasts ? '*' : ' ', usage, verb->help);
        }
    }
    return 0;
}

/* ---- dispatch */

static int unknown(const char *word)
{
    fprintf(stderr, "child: unknown verb: %s (try: child help)\n", word);
    return CHILD_USAGE;
}

static const struct verb *find(const char *word)
{
    for (int i = 0; i < TABLES; i++) {
        for (const struct verb *verb = tables[i]; verb->name != NULL; verb++) {
            if (strcmp(verb->name, word) == 0)
                return verb;
        }
    }
    return NULL;
}

static int is_end(const char *word)
{
    return word == NULL || strcmp(word, "--") == 0;
}

/*
** How many words a verb takes here, a block's -- included; -1 if there are too few. `inside` a block,
** what would take all that follows ends where the block does. Blocks nest, and the words that other
** verbs take are not looked at: `fork print -- --` prints two dashes.
*/
static int extent(const struct verb *verb, char **words, int inside)
{
    int count = 0;
    if (verb->takes == BLOCK_OF_VERBS || (verb->takes == VERBS_ON && inside)) {
        while (!is_end(words[count])) {
            const struct verb *inner = find(words[count]);
            int more = inner ? extent(inner, words + count + 1, 1) : 0;
            if (more < 0)
                return -1;
            count += 1 + more;
        }
        if (verb->takes == VERBS_ON)
            return count;
        return words[count] ? count + 1 : -1;
    }
    while (words[count] && (verb->takes < 0 ? !inside || !is_end(words[count]) : count < verb->takes))
        count++;
    return verb->takes < 0 || count == verb->takes ? count : -1;
}

/* Runs one verb. A block is cut at its --, for good: nobody comes back to it. */
static int run(const struct verb *verb, char **words, int count)
{
    if (verb->takes == BLOCK_OF_VERBS)
        words[count - 1] = NULL;
    if (verb->lasts) {
        fflush(stdout);
        child_os_settle();
    }
    int error = verb->run(words);
    if (fflush(stdout) != 0 && error == 0)
        error = errno;
    return error;
}

int child_perform(char **words)
{
    while (*words) {
        const struct verb *verb = find(*words++);
        if (verb == NULL)
            return unknown(words[-1]);
        int count = extent(verb, words, 0);
        if (count < 0) {
            fprintf(stderr, "child: %s needs: %s\n", verb->name, verb->words);
            return CHILD_USAGE;
        }
        int error = run(verb, words, count);
        if (error != 0)
            return refused(verb->name, error);
        words += count;
    }
    return 0;
}

/* The verb that this program has the name of, or NULL: a copy of it plays a program that the system lacks. */
static const struct verb *namesake(const char *path)
{
    char name[16];
    size_t length;
    while ((length = strcspn(path, "/\\")) < strlen(path))
        path += length + 1;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "."), path);
    return find(name);
}

int main(int argc, char **argv)
{
    child_os_begin(&argc, &argv);
    const struct verb *role = namesake(argv[0]);
    if (role != NULL) {
        argv[0] = (char *)role->name;
        return child_perform(argv);
    }
    if (argc < 2) {
        verb_help(NULL);
        return CHILD_USAGE;
    }
    child_name = argv[0];
    return child_perform(argv + 1);
}
