/*
** detached.c: the log of the detached processes: what a line of it says, and which of them are still wanted.
*/
#include "detached.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define YEAR_10000 INT64_C(253402300800) /* in seconds since the Unix epoch */

static bool is_control(char character)
{
    return (unsigned char)character < ' ' || character == 127;
}

/* Does a character of UTF-8 go on here? */
static bool goes_on(char character)
{
    return ((unsigned char)character & 0xC0) == 0x80;
}

void jg_detached_set(char *field, size_t size, const char *text)
{
    static const char cut[] = "…";
    size_t length = strlen(text);
    bool is_cut = length >= size;
    if (is_cut) {
        length = size - sizeof cut;
        while (length > 0 && goes_on(text[length]))
            length--;
    }
    for (size_t i = 0; i < length; i++)
        field[i] = is_control(text[i]) ? '?' : text[i];
    strcpy(field + length, is_cut ? cut : length == 0 ? "?" : "");
}

void jg_detached_join(char *field, size_t size, char *const *argv)
{
    char text[JG_DETACHED_LINE]; /* longer than any field: what doesn't fit is seen to be too long */
    size_t used = 0;
    for (bool more = false; *argv != NULL && used < sizeof text - 1; argv++, more = true) {
        int wanted = snprintf(text + used, sizeof text - used, "%s%s", more ? " " : "", *argv);
        used += (size_t)wanted < sizeof text - used ? (size_t)wanted : sizeof text - used - 1;
    }
    jg_detached_set(field, size, text);
}

size_t jg_detached_format(const struct jg_detached *entry, char line[JG_DETACHED_LINE])
{
    return (size_t)snprintf(line, JG_DETACHED_LINE, "%" PRId64 "\t%" PRIu64 "\t%" PRId64 "\t%" PRId64 "\t%s\t%s\t%s\n",
                            entry->pid, entry->start, entry->when, entry->run, entry->world, entry->user,
                            entry->command);
}

static bool has_controls(const char *line)
{
    for (; *line != '\n' && *line != '\0'; line++) {
        if (is_control(*line) && *line != '\t')
            return true;
    }
    return false;
}

/* What reads well and would be written differently isn't ours. */
bool jg_detached_parse(const char *line, struct jg_detached *entry)
{
    char again[JG_DETACHED_LINE];
    return !has_controls(line) &&
           sscanf(line, "%" SCNd64 "\t%" SCNu64 "\t%" SCNd64 "\t%" SCNd64 "\t%191[^\t\n]\t%63[^\t\n]\t%1023[^\t\n]",
                  &entry->pid, &entry->start, &entry->when, &entry->run, entry->world, entry->user,
                  entry->command) == 7 &&
           entry->pid > 0 && entry->when >= 0 && entry->when < YEAR_10000 &&
           strncmp(line, again, jg_detached_format(entry, again)) == 0;
}

static size_t line_length(const char *line)
{
    size_t length = strcspn(line, "\n");
    return length + (line[length] == '\n');
}

static int find_damage(const char *text)
{
    struct jg_detached entry;
    for (int number = 1; *text != '\0'; text += line_length(text), number++) {
        if (!jg_detached_parse(text, &entry))
            return number;
    }
    return 0;
}

int jg_detached_forget(char *text)
{
    struct jg_detached entry;
    int damage = find_damage(text);
    if (damage != 0)
        return damage;
    char *to = text;
    for (size_t length; *text != '\0'; text += length) {
        length = line_length(text);
        jg_detached_parse(text, &entry);
        if (jg_detached_fate(&entry) == JG_DETACHED_ENDED)
            continue;
        memmove(to, text, length);
        to += length;
    }
    *to = '\0';
    return 0;
}

void jg_detached_tell(const char *text, jg_os_detached_each_fn *each, void *argument)
{
    struct jg_detached entry;
    for (; *text != '\0'; text += line_length(text)) {
        if (jg_detached_parse(text, &entry) && jg_detached_fate(&entry) == JG_DETACHED_LIVES)
            each(&entry, argument);
    }
}

void jg_detached_show_zeros(char *text, size_t length)
{
    for (char *zero = text; (zero = memchr(zero, '\0', length - (size_t)(zero - text))) != NULL;)
        *zero = '\1';
}
