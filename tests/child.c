/*
** child.c: the obedient and disobedient child, for tests. Its command line is a list of verbs that
** are performed in order, so that a test says what its child does and needs no shell and no delay:
**
**     child ignore-term fork setsid hang -- ready hang
**
** Readiness is something on a pipe. A forked child is waited for until it first comes to a verb
** that lasts (marked * in `child help`), so a `ready` after it is true of the child as well.
**
** The status is 0 after the last verb, 64 for a mistake in the words, 69 for what this system
** doesn't have, 71 for what it refuses.
*/
#include "child.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD 16   /* bytes of one record of flood's pattern */
#define BLOCK 65536 /* bytes that flood writes at once: 16^4, so that the last four digits repeat */

/* How many words a verb takes: all that follow, all that follow and they are verbs, or the verbs until its -- */
enum { REST = -1, VERBS_ON = -2, BLOCK_OF_VERBS = -3 };

struct verb {
    const char *name;
    int takes;
    int lasts; /* a parent that waits for this process to stand is told so before */
    const char *words;
    const char *help;
    int (*run)(char **words); /* 0, or an errno */
};

/* ---- small helpers */

static int refused(const char *verb, int error)
{
    fflush(stdout);
    fprintf(stderr, "child: %s: %s\n", verb, strerror(error));
    return error == EINVAL ? CHILD_USAGE : error == ENOTSUP ? CHILD_NOT_SUPPORTED : CHILD_REFUSED;
}

static void bad_number(const char *word)
{
    fprintf(stderr, "child: not a number: %s\n", word);
    exit(CHILD_USAGE);
}

/* A whole number; K, M and G are powers of 1024. */
static unsigned long long number(const char *word)
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

static double seconds(const char *word)
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

/* ---- ending, or not */

static int verb_exit(char **words)
{
    exit((int)number(words[0]));
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
    double end = child_os_cpu_seconds() + seconds(words[0]);
    while (child_os_cpu_seconds() < end)
        ;
    return 0;
}

static int verb_sleep(char **words)
{
    return child_os_sleep(seconds(words[0]));
}

static int verb_exec(char **words)
{
    return words[0] ? child_os_exec(words) : EINVAL;
}

/* ---- saying something */

static int verb_print(char **words)
{
    puts(words[0]);
    return 0;
}

static int verb_put(char **words)
{
    fputs(words[0], stdout);
    return 0;
}

static int verb_error(char **words)
{
    fprintf(stderr, "%s\n", words[0]);
    return 0;
}

static int verb_ready(char **words)
{
    (void)words;
    puts("ready");
    return 0;
}

static int verb_ready_fd(char **words)
{
    int fd = (int)number(words[0]), error = child_os_write(fd, "\n", 1);
    return error ? error : child_os_close(fd);
}

static int verb_cat(char **words)
{
    static char data[BLOCK];
    long got;
    int error = 0;
    (void)words;
    while (error == 0 && (got = child_os_read(0, data, sizeof data)) != 0)
        error = got < 0 ? (int)-got : child_os_write(1, data, (size_t)got);
    return error;
}

/*
** The pattern: records of 16 bytes, each its own offset in 15 hexadecimal digits and a newline. The
** byte at any offset is known without the bytes before it; in Lua a whole record is
** ("%015x\n"):format(offset).
*/
static int flood(int fd, unsigned long long size)
{
    static char block[BLOCK];
    char digits[RECORD + 1];
    int error = 0;
    for (size_t at = 0; at < BLOCK; at += RECORD) {
        snprintf(digits, sizeof digits, "%015zx\n", at);
        memcpy(block + at, digits, RECORD);
    }
    for (unsigned long long offset = 0; offset < size && error == 0; offset += BLOCK) {
        snprintf(digits, sizeof digits, "%015llx", offset);
        for (size_t at = 0; at < BLOCK; at += RECORD)
            memcpy(block + at, digits, RECORD - 5);
        error = child_os_write(fd, block, size - offset < BLOCK ? (size_t)(size - offset) : BLOCK);
    }
    return error;
}

static int verb_flood(char **words)
{
    return flood(1, number(words[0]));
}

static int verb_flood_error(char **words)
{
    return flood(2, number(words[0]));
}

/* ---- hearing something, closing something */

static int verb_wait_eof(char **words)
{
    char data[4096];
    long got;
    (void)words;
    while ((got = child_os_read(0, data, sizeof data)) > 0)
        ;
    return (int)-got;
}

static int verb_wait_byte(char **words)
{
    char byte;
    long got = child_os_read(0, &byte, 1);
    (void)words;
    return got < 0 ? (int)-got : 0;
}

static int verb_close_stdin(char **words)
{
    (void)words;
    return child_os_close(0);
}

static int verb_close_stdout(char **words)
{
    (void)words;
    return child_os_close(1);
}

static int verb_close_stderr(char **words)
{
    (void)words;
    return child_os_close(2);
}

static int verb_leak_fd(char **words)
{
    return child_os_leak((int)number(words[0]));
}

static int verb_touch(char **words)
{
    return child_os_append(words[0], "");
}

static int verb_append(char **words)
{
    size_t size = strlen(words[1]) + 2;
    char *line = malloc(size);
    if (line == NULL)
        return ENOMEM;
    snprintf(line, size, "%s\n", words[1]);
    int error = child_os_append(words[0], line);
    free(line);
    return error;
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
    return child_os_expect_term((int)number(words[0]));
}

static int verb_kill(char **words)
{
    unsigned long long pid = number(words[0]);
    if (pid == 0 || pid > INT_MAX) /* 0 and minus 1 would be the test itself, and everybody */
        return EINVAL;
    return child_os_kill((long)pid, words[1]);
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
    size_t size = (size_t)number(words[0]);
    volatile char *memory = malloc(size ? size : 1);
    if (memory == NULL)
        return ENOMEM;
    for (size_t at = 0; at < size; at += 4096)
        memory[at] = 1; /* now it is really there; and it stays, that is the point */
    return 0;
}

static int verb_threads(char **words)
{
    return child_os_threads((size_t)number(words[0]));
}

static int verb_leaderless(char **words)
{
    return child_os_leaderless(words);
}

/* ---- other processes */

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
    unsigned long long depth = number(words[0]), width = number(words[1]);
    char below[24];
    char *branch[] = {"fork-tree", below, words[1], "hang", NULL};
    int error = 0;
    snprintf(below, sizeof below, "%llu", depth - 1);
    for (unsigned long long i = 0; depth > 0 && i < width && error == 0; i++)
        error = branched(child_os_branch(branch), 1);
    return error;
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

static int verb_stopped(char **words)
{
    (void)words;
    return child_os_stopped();
}

static int verb_vfork(char **words)
{
    (void)words;
    return child_os_vfork();
}

static int verb_flee(char **words)
{
    return child_os_flee(seconds(words[0]));
}

static int verb_zombies(char **words)
{
    return child_os_zombies((size_t)number(words[0]));
}

static int verb_reap(char **words)
{
    (void)words;
    return child_os_reap();
}

/* ---- telling what it was born with */

static int verb_pid(char **words)
{
    (void)words;
    child_os_dump_ids();
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

static int verb_help(char **words);

static const struct verb verbs[] = {
    {"help", 0, 0, "", "lists the verbs", verb_help},

    {"exit", 1, 0, "N", "ends with this status", verb_exit},
    {"signal", 1, 0, "NAME", "dies of this signal", verb_signal},
    {"hang", 0, 1, "", "does nothing for ever", verb_hang},
    {"spin", 0, 1, "", "does nothing for ever, busily", verb_spin},
    {"burn", 1, 1, "S", "uses S seconds of processor time", verb_burn},
    {"sleep", 1, 1, "S", "does nothing for S seconds", verb_sleep},
    {"exec", REST, 0, "COMMAND...", "becomes this program", verb_exec},

    {"print", 1, 0, "TEXT", "a line on stdout", verb_print},
    {"put", 1, 0, "TEXT", "the same without a newline", verb_put},
    {"error", 1, 0, "TEXT", "a line on stderr", verb_error},
    {"ready", 0, 0, "", "the line \"ready\" on stdout", verb_ready},
    {"ready-fd", 1, 0, "N", "a byte to descriptor N, which is then closed", verb_ready_fd},
    {"cat", 0, 1, "", "stdin to stdout", verb_cat},
    {"flood", 1, 1, "BYTES", "to stdout, in records of 16 bytes: each its offset, %015x and a newline", verb_flood},
    {"flood-error", 1, 1, "BYTES", "the same to stderr", verb_flood_error},

    {"wait-eof", 0, 1, "", "until stdin is closed", verb_wait_eof},
    {"wait-byte", 0, 1, "", "until stdin has a byte, or is closed", verb_wait_byte},
    {"close-stdin", 0, 0, "", "", verb_close_stdin},
    {"close-stdout", 0, 0, "", "", verb_close_stdout},
    {"close-stderr", 0, 0, "", "", verb_close_stderr},
    {"leak-fd", 1, 0, "N", "opens the null device as descriptor N, for whoever comes after", verb_leak_fd},
    {"touch", 1, 0, "FILE", "creates it if it isn't there", verb_touch},
    {"append", 2, 0, "FILE TEXT", "a line, in one write", verb_append},

    {"ignore", 1, 0, "NAME", "ignores this signal", verb_ignore},
    {"ignore-term", 0, 0, "", "ignores the polite request to end", verb_ignore_term},
    {"ignore-all", 0, 0, "", "ignores every signal that can be ignored", verb_ignore_all},
    {"block", 1, 0, "NAME", "blocks this signal", verb_block},
    {"block-all", 0, 0, "", "blocks every signal that can be blocked", verb_block_all},
    {"expect-term", 1, 0, "N", "when asked politely to end: prints \"terminated\" and exits N", verb_expect_term},
    {"kill", 2, 0, "PID NAME", "sends a signal to somebody", verb_kill},
    {"setsid", 0, 0, "", "a session of its own", verb_setsid},
    {"subreaper", 0, 0, "", "adopts the orphans below it", verb_subreaper},
    {"rename", 1, 0, "TEXT", "the name that process lists show", verb_rename},
    {"undumpable", 0, 0, "", "closes itself and its /proc to others", verb_undumpable},
    {"allocate", 1, 0, "BYTES", "and uses every page of it", verb_allocate},
    {"threads", 1, 0, "N", "that hang", verb_threads},
    {"leaderless", VERBS_ON, 0, "VERBS...", "in a thread whose process looks like a zombie: the first thread ends",
     verb_leaderless},

    {"fork", BLOCK_OF_VERBS, 0, "VERBS... --", "a child that performs these", verb_fork},
    {"fork-tree", 2, 0, "DEPTH WIDTH", "WIDTH children that hang, each with such a tree of DEPTH - 1", verb_fork_tree},
    {"daemonise", VERBS_ON, 0, "VERBS...", "a daemon that performs these; exits 0 when it stands", verb_daemonise},
    {"hold-pipe", 0, 0, "", "a child that hangs with our stdout and stderr open", verb_hold_pipe},
    {"stopped", 0, 0, "", "a child that is stopped", verb_stopped},
    {"vfork", 0, 1, "", "stuck for ever in a vfork", verb_vfork},
    {"flee", 1, 1, "S", "for S seconds: forks and ends, over and over", verb_flee},
    {"zombies", 1, 0, "N", "N children that have ended, and are left unreaped", verb_zombies},
    {"reap", 0, 1, "", "until all own children have ended", verb_reap},

    {"pid", 0, 0, "", "pid=, parent=, group=, session=, uid=, gid= on one line", verb_pid},
    {"dump-args", REST, 0, "ARGS...", "each quoted, on a line of its own", verb_dump_args},
    {"dump-env", 0, 0, "", "each variable quoted, on a line of its own", verb_dump_env},
    {"dump-cwd", 0, 0, "", "the working directory, quoted", verb_dump_cwd},
    {"dump-fds", 0, 0, "", "each open descriptor: number, access, kind, quoted name", verb_dump_fds},
    {"dump-signals", 0, 0, "", "two lines: \"blocked\" and \"ignored\", each with the names", verb_dump_signals},
    {"dump-limits", 0, 0, "", "each resource limit: name, soft, hard", verb_dump_limits},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

static int verb_help(char **words)
{
    (void)words;
    puts("child VERBS...: performs them in order. What lasts (*) makes a fork's parent go on.");
    for (int i = 0; i < VERBS; i++) {
        char usage[40];
        snprintf(usage, sizeof usage, "%s %s", verbs[i].name, verbs[i].words);
        printf("  %c %-24s %s\n", verbs[i].lasts ? '*' : ' ', usage, verbs[i].help);
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
    for (int i = 0; i < VERBS; i++) {
        if (strcmp(verbs[i].name, word) == 0)
            return &verbs[i];
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

int main(int argc, char **argv)
{
    child_os_begin();
    if (argc < 2) {
        verb_help(NULL);
        return CHILD_USAGE;
    }
    return child_perform(argv + 1);
}
