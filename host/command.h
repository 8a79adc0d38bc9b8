/*
** command.h: the command line: lua(1)'s options, and ours.
*/
#ifndef JG_COMMAND_H
#define JG_COMMAND_H

#include <stdbool.h>

#include "level.h"

#define JG_VERSION "0.1.0"

enum jg_mode {
    JG_MODE_LUA,    /* run a script, statements, or the prompt */
    JG_MODE_EXEC,   /* guard one command */
    JG_MODE_DOCTOR, /* say what can be promised here */
    JG_MODE_LIST,   /* the harnesses that are running */
    JG_MODE_ATTACH  /* a prompt into one of them */
};

struct jg_command {
    enum jg_mode mode;
    enum jg_level require; /* refuse to start below it */
    bool has_level;        /* --level: use this one and no other */
    enum jg_level level;
    double timeout;      /* seconds; negative: none */
    bool allow_detach;   /* jg.detach may start what outlives the run */
    const char *scripts; /* folder that goes before the embedded library, or NULL */
    const char *attach;  /* which harness, or NULL */
    char **exec;         /* the command to guard, NULL-terminated */

    /* lua(1)'s own */
    int argc;
    char **argv;      /* all of the command line */
    int script;       /* index in argv of the script, or 0 if there is none */
    bool interactive; /* -i */
    bool version;     /* -v */
    bool ignore_env;  /* -E */
    int statements;   /* how many -e stand before the script */
    int libraries;    /* how many -l */
};

/*
** Reads the command line, whose texts stay where they are. False: there is nothing to run, *status is the exit
** status (help and version were asked for, or a mistake has been explained on stderr).
*/
bool jg_command_parse(struct jg_command *command, int argc, char **argv, int *status);

#endif
