/*
** err.h: what the operating system refused, in one shape for every platform.
**
** Every function in os.h that can be refused takes a `struct jg_err *` and returns false after
** filling it. It is filled on the line after the failing call, because anything in between may
** change errno or GetLastError().
*/
#ifndef JG_ERR_H
#define JG_ERR_H

#include <stdbool.h>
#include <stddef.h>

/* kind, its portable name as scripts see it */
#define JG_ERR_KINDS(X) \
    X(OK, "ok") \
    X(NOT_FOUND, "not_found") \
    X(DENIED, "denied") \
    X(NOT_EXECUTABLE, "not_executable") \
    X(EXISTS, "exists") \
    X(NOT_DIRECTORY, "not_directory") \
    X(IS_DIRECTORY, "is_directory") \
    X(NO_MEMORY, "no_memory") \
    X(NO_DESCRIPTORS, "no_descriptors") \
    X(NO_PROCESSES, "no_processes") \
    X(NO_SPACE, "no_space") \
    X(TOO_LONG, "too_long") \
    X(BROKEN_PIPE, "broken_pipe") \
    X(CLOSED, "closed") \
    X(GONE, "gone") \
    X(INVALID, "invalid") \
    X(NOT_SUPPORTED, "not_supported") \
    X(OTHER, "other")

enum jg_err_kind {
#define JG_ERR_ENUM(kind, name) JG_ERR_##kind,
    JG_ERR_KINDS(JG_ERR_ENUM)
#undef JG_ERR_ENUM
};

struct jg_err {
    enum jg_err_kind kind;
    int native;       /* errno, or GetLastError(); or a negated libuv code; or one of native.h's */
    const char *what; /* static text: what was being done, such as "cannot make a cgroup" */
};

/* The portable name of a kind, such as "not_found". Static text. */
const char *jg_err_name(enum jg_err_kind kind);

/* Is just now not enough of something there? That says nothing about whether the same could be done at another time. */
bool jg_err_is_shortage(const struct jg_err *err);

/*
** Puts the system's own words for `native` ("No such file or directory"), or libuv's for a negated libuv code, or
** ours, into `text`, cut to `size` bytes and terminated unless that is 0. Implemented by the platform. Returns `text`.
*/
char *jg_os_err_text(int native, char *text, size_t size);

/* The kind that belongs to a native code. Implemented by the platform. */
enum jg_err_kind jg_os_err_kind(int native);

/* Fills `err` from a native code and a static text; returns false, so that callers can `return` it. */
int jg_err_set(struct jg_err *err, int native, const char *what);

#endif
