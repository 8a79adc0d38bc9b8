/*
** detached.h: the log of the detached processes: what a line of it says, and which of them are still wanted.
**
** A line for each, its fields separated by tabs. The file is the platform's: host/…/detachedlog.c.
*/
#ifndef JG_DETACHED_H
#define JG_DETACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os.h"

/* How errors begin that are about writing it. */
#define JG_DETACHED_CANNOT_LOG "cannot write the log of detached processes"

enum { JG_DETACHED_USER = 64, JG_DETACHED_WORLD = 192, JG_DETACHED_COMMAND = 1024, JG_DETACHED_LINE = 1536 };

struct jg_detached {
    int64_t pid;
    uint64_t start; /* by the system's own clock, exactly: a number that is used again isn't taken for it */
    int64_t when;   /* the same in seconds since the Unix epoch */
    int64_t run;    /* the pid of the guard that allowed it */
    char world[JG_DETACHED_WORLD]; /* where these numbers mean something: the platform's */
    char user[JG_DETACHED_USER];   /* whose run it was */
    char command[JG_DETACHED_COMMAND];
};

/* Copies a text into a field of `size` bytes, 4 or more: cut to it, and without what would end the field. */
void jg_detached_set(char *field, size_t size, const char *text);

/* The same of arguments, joined by blanks. */
void jg_detached_join(char *field, size_t size, char *const *argv);

/* Writes the line, with its newline; returns its length. */
size_t jg_detached_format(const struct jg_detached *entry, char line[JG_DETACHED_LINE]);

/* Reads a line, which ends with a newline. False: it isn't one that jg_detached_format has written. */
bool jg_detached_parse(const char *line, struct jg_detached *entry);

/* What has become of it: it lives, it has ended, or that isn't to be known here, but perhaps elsewhere. */
enum jg_detached_fate { JG_DETACHED_LIVES, JG_DETACHED_ENDED, JG_DETACHED_ELSEWHERE };

/* Implemented by the platform. */
enum jg_detached_fate jg_detached_fate(const struct jg_detached *entry);

/* Takes the lines of those that have ended out of the log's text, which is terminated. Returns the number of the first
** line that is damaged, and then the text is as it was; or 0. */
int jg_detached_forget(char *text);

/* Calls `each` for those in such a text that live. */
void jg_detached_tell(const char *text, jg_os_detached_each_fn *each, void *argument);

/* A zero byte in a text of so many bytes would end it: makes another one of it that doesn't belong there either. */
void jg_detached_show_zeros(char *text, size_t length);

#endif
