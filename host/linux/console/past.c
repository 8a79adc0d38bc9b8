/*
** past.c: what was typed at the prompt before.
**
** A line of the file is a line that was typed, the latest last. Two prompts that are open at the same
** time each add their own, and a run that is killed loses none; so each line is appended by one
** write, and the file is only cut down when it is opened.
*/
#define _GNU_SOURCE
#include "past.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { LINES = 1000 };

struct jg_past {
    History *lines;
    char *file; /* NULL: nothing is kept */
};

static bool is_latest(const struct jg_past *past, const char *line)
{
    HistEvent event;
    return history(past->lines, &event, H_FIRST) != -1 && strcmp(event.str, line) == 0;
}

/* libedit takes no text that its locale can't decode. */
static bool decodable(const char *text)
{
    return mbstowcs(NULL, text, 0) != (size_t)-1;
}

/* Returns the number of lines in the file. */
static int load(struct jg_past *past)
{
    HistEvent event;
    FILE *file = fopen(past->file, "re");
    if (file == NULL)
        return 0;
    char *line = NULL;
    size_t size = 0;
    int count = 0;
    for (; getline(&line, &size, file) > 0; count++) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0' && decodable(line))
            history(past->lines, &event, H_ENTER, line);
    }
    free(line);
    fclose(file);
    return count;
}

static bool write_lines(const struct jg_past *past, int fd)
{
    HistEvent event;
    FILE *file = fdopen(fd, "w");
    if (file == NULL) {
        close(fd);
        return false;
    }
    for (int more = history(past->lines, &event, H_LAST); more != -1; more = history(past->lines, &event, H_PREV))
        fprintf(file, "%s\n", event.str);
    bool written = ferror(file) == 0;
    return fclose(file) == 0 && written;
}

/* A new file takes the old one's place in one step: we may be killed at any time. */
static void cut_down(const struct jg_past *past)
{
    char name[PATH_MAX];
    if (snprintf(name, sizeof name, "%s.XXXXXX", past->file) >= (int)sizeof name)
        return;
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd != -1 && (!write_lines(past, fd) || rename(name, past->file) == -1))
        unlink(name);
}

struct jg_past *jg_past_open(const char *file)
{
    HistEvent event;
    struct jg_past *past = calloc(1, sizeof *past);
    if (past == NULL)
        return NULL;
    past->lines = history_init();
    if (past->lines == NULL) {
        free(past);
        return NULL;
    }
    history(past->lines, &event, H_SETSIZE, LINES);
    history(past->lines, &event, H_SETUNIQUE, 1);
    past->file = file == NULL ? NULL : strdup(file);
    if (past->file != NULL && load(past) > LINES)
        cut_down(past);
    return past;
}

void jg_past_add(struct jg_past *past, char *line)
{
    HistEvent event;
    size_t length = strlen(line);
    if (length == 0 || is_latest(past, line))
        return;
    history(past->lines, &event, H_ENTER, line);
    int fd = past->file == NULL ? -1 : open(past->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1)
        return;
    line[length] = '\n'; /* for the one write; put back below */
    ssize_t written = write(fd, line, length + 1);
    (void)written;
    line[length] = '\0';
    close(fd);
}

History *jg_past_of_editor(struct jg_past *past)
{
    return past->lines;
}

void jg_past_close(struct jg_past *past)
{
    if (past == NULL)
        return;
    history_end(past->lines);
    free(past->file);
    free(past);
}
