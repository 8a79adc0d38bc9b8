/*
** verbs_streams.c: what the test child says and hears, by its descriptors and by files.
*/
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "verbs.h"

#define RECORD 16   /* bytes of one record of flood's pattern */
#define BLOCK 65536 /* bytes that flood writes at once: 16^4, so that the last four digits repeat */

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

static int verb_echo(char **words)
{
    for (; *words; words++)
        printf(words[1] ? "%s " : "%s", *words);
    puts("");
    return 0;
}

static int verb_seq(char **words)
{
    unsigned long long last = child_number(words[0]);
    for (unsigned long long i = 1; i <= last; i++)
        printf("%llu\n", i);
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
    int fd = (int)child_number(words[0]), error = child_os_write(fd, "\n", 1);
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

/* Two ranges, such as a-z A-Z. */
static int verb_tr(char **words)
{
    char data[4096];
    long got;
    int error = 0;
    if (strlen(words[0]) != 3 || strlen(words[1]) != 3)
        return EINVAL;
    while (error == 0 && (got = child_os_read(0, data, sizeof data)) != 0) {
        for (long i = 0; i < got; i++)
            if (data[i] >= words[0][0] && data[i] <= words[0][2])
                data[i] = (char)(data[i] - words[0][0] + words[1][0]);
        error = got < 0 ? (int)-got : child_os_write(1, data, (size_t)got);
    }
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
    return flood(1, child_number(words[0]));
}

static int verb_flood_error(char **words)
{
    return flood(2, child_number(words[0]));
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

static int verb_read_from(char **words)
{
    return freopen(words[0], "rb", stdin) ? 0 : errno;
}

static int verb_hear(char **words)
{
    char line[256];
    size_t used = 0;
    long got;
    (void)words;
    while ((got = child_os_read(0, line + used, 1)) > 0 && line[used] != '\n' && used < sizeof line - 1)
        used += line[used] != '\r';
    line[used] = '\0';
    if (got == 0 && used == 0)
        puts("heard the end");
    else
        printf("heard <%s>\n", line);
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
    return child_os_leak((int)child_number(words[0]));
}

static int verb_touch(char **words)
{
    return child_os_append(words[0], "");
}

static int verb_uncache(char **words)
{
    return child_os_uncache(words[0]);
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

const struct verb child_verbs_streams[] = {
    {"print", 1, 0, "TEXT", "a line on stdout", verb_print},
    {"put", 1, 0, "TEXT", "the same without a newline", verb_put},
    {"echo", REST, 0, "WORDS...", "a line of them on stdout", verb_echo},
    {"seq", 1, 0, "N", "the numbers from 1 to N, each on a line", verb_seq},
    {"printf", 1, 0, "TEXT", "as put", verb_put},
    {"error", 1, 0, "TEXT", "a line on stderr", verb_error},
    {"ready", 0, 0, "", "the line \"ready\" on stdout", verb_ready},
    {"ready-fd", 1, 0, "N", "a byte to descriptor N, which is then closed", verb_ready_fd},
    {"cat", 0, 1, "", "stdin to stdout", verb_cat},
    {"tr", 2, 1, "A-B C-D", "stdin to stdout, what is in the first range by what is in the second", verb_tr},
    {"flood", 1, 1, "BYTES", "to stdout, in records of 16 bytes: each its offset, %015x and a newline", verb_flood},
    {"flood-error", 1, 1, "BYTES", "the same to stderr", verb_flood_error},
    {"wait-eof", 0, 1, "", "until stdin is closed", verb_wait_eof},
    {"wait-byte", 0, 1, "", "until stdin has a byte, or is closed", verb_wait_byte},
    {"read-from", 1, 0, "FILE", "which is stdin from now on", verb_read_from},
    {"hear", 0, 1, "", "says what the next line of stdin is", verb_hear},
    {"close-stdin", 0, 0, "", "", verb_close_stdin},
    {"close-stdout", 0, 0, "", "", verb_close_stdout},
    {"close-stderr", 0, 0, "", "", verb_close_stderr},
    {"leak-fd", 1, 0, "N", "opens the null device as descriptor N, for whoever comes after", verb_leak_fd},
    {"touch", 1, 0, "FILE", "creates it if it isn't there", verb_touch},
    {"append", 2, 0, "FILE TEXT", "a line, in one write", verb_append},
    {"uncache", 1, 0, "FILE", "so that reading it means reading the disk", verb_uncache},
    {NULL, 0, 0, NULL, NULL, NULL},
};
