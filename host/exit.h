/*
** exit.h: what jghost's own exit statuses mean. Everything else is the script's.
*/
#ifndef JG_EXIT_H
#define JG_EXIT_H

enum {
    JG_EXIT_SUCCESS = 0,
    JG_EXIT_FAILURE = 1,          /* the script ended with an error, as lua(1) */
    JG_EXIT_TIMED_OUT = 124,      /* --timeout */
    JG_EXIT_GUARD_FAILED = 125,   /* the guard itself failed, or was told something impossible */
    JG_EXIT_NOT_EXECUTABLE = 126, /* --exec: found, but can't be run */
    JG_EXIT_NOT_FOUND = 127,      /* --exec: not found */
    JG_EXIT_SIGNAL = 128          /* plus the number of the signal that ended the run */
};

#endif
