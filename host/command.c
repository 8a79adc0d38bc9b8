/*
** command.c: reads the command line.
**
** The short options are lua(1)'s and mean what they mean there; harness.c runs them. Ours are all
** long, take their value after '=', and stand before the script.
*/
#include "command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit.h"
#include "nearest.h"
#include "output.h"

static const char *const usage =
    "usage: jghost [options] [script [args]]\n"
    "\n"
    "Runs a Lua harness; no process that it starts outlives it, however it ends.\n"
    "\n"
    "As in lua(1):\n"
    "  -e STAT          run the statement\n"
    "  -i               go to the prompt after the script\n"
    "  -l NAME, -l G=NAME  require the module NAME into the global NAME or G\n"
    "  -v               print the version\n"
    "  -E               ignore the environment variables of Lua\n"
    "  -W               turn warnings on\n"
    "  --               stop reading options\n"
    "  -                run standard input as a script\n"
    "\n"
    "Besides:\n"
    "  --require=LEVEL  refuse to start below this guarantee: reaper, namespace, autokill, job-object\n"
    "  --level=LEVEL    use this guarantee even where a stronger one is to be had\n"
    "  --timeout=S      end the run, and all of it, after S seconds (status 124)\n"
    "  --allow-detach   let jg.detach start processes that outlive the run\n"
    "  --scripts=DIR    look for the library's scripts in DIR first\n"
    "  --exec CMD ARGS  guard one command, without Lua\n"
    "  --list           list the harnesses that are running\n"
    "  --attach[=ID]    open a prompt into one that is running: ID as --list has it\n"
    "  --doctor         say what can be promised on this machine\n"
    "  --help           print this\n"
    "  --version        print the version\n"
    "\n"
    "Exit status: the script's; 124 timed out, 125 jghost itself failed, 126 not executable,\n"
    "127 not found, 128+N ended by signal N.\n";

struct parser {
    struct jg_command *command;
    int *status;
    int at; /* index of the argument being read */
};

/* What a long option does with its value. False: stop, *status is set. */
typedef bool option_fn(struct parser *parser, const char *value);

static bool stop(struct parser *parser, int status)
{
    *parser->status = status;
    return false;
}

static bool read_level_name(struct parser *parser, const char *option, const char *value, enum jg_level *level)
{
    *level = jg_level_named(value);
    if (*level != JG_LEVEL_COUNT)
        return true;
    fprintf(stderr, "jghost: --%s=%s: no such level; the levels are reaper, namespace, autokill and job-object\n",
            option, value);
    return stop(parser, JG_EXIT_GUARD_FAILED);
}

static bool read_require(struct parser *parser, const char *value)
{
    return read_level_name(parser, "require", value, &parser->command->require);
}

static bool read_level(struct parser *parser, const char *value)
{
    parser->command->has_level = true;
    return read_level_name(parser, "level", value, &parser->command->level);
}

static bool read_timeout(struct parser *parser, const char *value)
{
    char *end;
    double seconds = strtod(value, &end);
    parser->command->timeout = seconds;
    if (end != value && *end == '\0' && isfinite(seconds) && seconds >= 0)
        return true;
    fprintf(stderr, "jghost: --timeout=%s: must be a number of seconds, 0 or more\n", value);
    return stop(parser, JG_EXIT_GUARD_FAILED);
}

static bool read_allow_detach(struct parser *parser, const char *value)
{
    (void)value;
    parser->command->allow_detach = true;
    return true;
}

static bool read_scripts(struct parser *parser, const char *value)
{
    parser->command->scripts = value;
    return true;
}

/* The options that take the script's place. */
static const char *const mode_names[] = {
    [JG_MODE_EXEC] = "exec", [JG_MODE_DOCTOR] = "doctor", [JG_MODE_LIST] = "list", [JG_MODE_ATTACH] = "attach"};

static bool set_mode(struct parser *parser, enum jg_mode mode)
{
    struct jg_command *command = parser->command;
    if (command->mode == mode)
        fprintf(stderr, "jghost: --%s is given twice\n", mode_names[mode]);
    else if (command->mode != JG_MODE_LUA)
        fprintf(stderr, "jghost: --%s and --%s exclude each other\n", mode_names[command->mode], mode_names[mode]);
    if (command->mode != JG_MODE_LUA)
        return stop(parser, JG_EXIT_GUARD_FAILED);
    command->mode = mode;
    return true;
}

static bool read_exec(struct parser *parser, const char *value)
{
    (void)value;
    struct jg_command *command = parser->command;
    if (!set_mode(parser, JG_MODE_EXEC))
        return false;
    command->exec = command->argv + parser->at + 1;
    if (command->exec[0] != NULL && command->exec[0][0] != '\0')
        return true;
    fprintf(stderr, "jghost: --exec: needs a command after it%s\n",
            command->exec[0] == NULL ? "" : ", and the name there is empty");
    return stop(parser, JG_EXIT_GUARD_FAILED);
}

static bool read_doctor(struct parser *parser, const char *value)
{
    (void)value;
    return set_mode(parser, JG_MODE_DOCTOR);
}

static bool read_list(struct parser *parser, const char *value)
{
    (void)value;
    return set_mode(parser, JG_MODE_LIST);
}

static bool read_attach(struct parser *parser, const char *value)
{
    parser->command->attach = value;
    return set_mode(parser, JG_MODE_ATTACH);
}

static bool stop_after(struct parser *parser, const char *text)
{
    if (fputs(text, stdout) == EOF)
        jg_output_lost(errno);
    return stop(parser, jg_output_finish(0) ? JG_EXIT_SUCCESS : JG_EXIT_FAILURE);
}

static bool read_help(struct parser *parser, const char *value)
{
    (void)value;
    return stop_after(parser, usage);
}

static bool read_version(struct parser *parser, const char *value)
{
    (void)value;
    return stop_after(parser, "jghost " JG_VERSION "\n");
}

struct option {
    const char *name;
    enum { NO_VALUE, NEEDS_VALUE, MAY_HAVE_VALUE } value;
    option_fn *read;
    const char *example; /* of a value that it needs */
};

static const struct option options[] = {
    {"require", NEEDS_VALUE, read_require, "namespace"},
    {"level", NEEDS_VALUE, read_level, "reaper"},
    {"timeout", NEEDS_VALUE, read_timeout, "30"},
    {"scripts", NEEDS_VALUE, read_scripts, "FOLDER"},
    {"allow-detach", NO_VALUE, read_allow_detach, NULL},
    {"exec", NO_VALUE, read_exec, NULL},
    {"doctor", NO_VALUE, read_doctor, NULL},
    {"list", NO_VALUE, read_list, NULL},
    {"attach", MAY_HAVE_VALUE, read_attach, NULL},
    {"help", NO_VALUE, read_help, NULL},
    {"version", NO_VALUE, read_version, NULL},
};

enum { OPTION_COUNT = sizeof options / sizeof options[0] };

static bool unknown_option(struct parser *parser, const char *argument, const char *name)
{
    const char *names[OPTION_COUNT];
    for (int i = 0; i < OPTION_COUNT; i++)
        names[i] = options[i].name;
    const char *near = jg_nearest(name, names, OPTION_COUNT);
    fprintf(stderr, "jghost: unknown option '%s'", argument);
    if (near != NULL)
        fprintf(stderr, "; did you mean '--%s'?", near);
    fprintf(stderr, " ('jghost --help' lists the options)\n");
    return stop(parser, JG_EXIT_GUARD_FAILED);
}

static bool read_long(struct parser *parser, const char *argument)
{
    char name[32];
    size_t length = strcspn(argument + 2, "=");
    const char *value = argument[2 + length] == '=' ? argument + 2 + length + 1 : NULL;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), argument + 2);
    for (int i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(options[i].name, name) != 0)
            continue;
        if (options[i].value == MAY_HAVE_VALUE || (value != NULL) == (options[i].value == NEEDS_VALUE))
            return options[i].read(parser, value);
        if (value != NULL)
            fprintf(stderr, "jghost: --%s: takes no value\n", name);
        else
            fprintf(stderr, "jghost: --%s: needs a value, as in --%s=%s\n", name, name, options[i].example);
        return stop(parser, JG_EXIT_GUARD_FAILED);
    }
    return unknown_option(parser, argument, name);
}

/* lua(1)'s options; their values may be glued on or be the next argument. */
static bool read_short(struct parser *parser, const char *argument)
{
    struct jg_command *command = parser->command;
    bool glued = argument[2] != '\0';
    switch (argument[1]) {
    case 'E':
        command->ignore_env = true;
        break;
    case 'W':
        break;
    case 'i':
        command->interactive = true;
        command->version = true;
        break;
    case 'v':
        command->version = true;
        break;
    case 'e':
    case 'l':
        command->statements += argument[1] == 'e';
        command->libraries += argument[1] == 'l';
        if (glued)
            return true;
        if (command->argv[++parser->at] != NULL && command->argv[parser->at][0] != '-')
            return true;
        fprintf(stderr, "jghost: '%s' needs an argument\n", argument);
        return stop(parser, JG_EXIT_GUARD_FAILED);
    default:
        glued = true;
        break;
    }
    return glued ? unknown_option(parser, argument, "") : true;
}

/* Where an option stands in the script's place, what is meant for a script is a mistake. */
static bool check_mode(struct parser *parser)
{
    const struct jg_command *command = parser->command;
    const char *word = command->mode != JG_MODE_EXEC && parser->at < command->argc ? command->argv[parser->at] : NULL;
    bool runs_lua = command->statements + command->libraries > 0 || command->interactive;
    if (command->mode == JG_MODE_LUA || (word == NULL && !runs_lua && !command->allow_detach))
        return true;
    const char *mode = mode_names[command->mode];
    if (command->allow_detach)
        fprintf(stderr, "jghost: --%s runs no script that could detach: --allow-detach has no place with it\n", mode);
    else if (word == NULL)
        fprintf(stderr, "jghost: --%s runs no Lua: -e, -l and -i have no place with it\n", mode);
    else if (command->mode == JG_MODE_ATTACH && command->attach == NULL && strspn(word, "0123456789") == strlen(word))
        fprintf(stderr, "jghost: --attach takes its ID after '=', as in --attach=%s\n", word);
    else
        fprintf(stderr, "jghost: --%s takes no arguments, and there is '%s'\n", mode, word);
    return stop(parser, JG_EXIT_GUARD_FAILED);
}

bool jg_command_parse(struct jg_command *command, int argc, char **argv, int *status)
{
    struct parser parser = {command, status, 1};
    *command = (struct jg_command){.timeout = -1, .argc = argc, .argv = argv};
    for (; parser.at < argc && command->mode != JG_MODE_EXEC; parser.at++) {
        const char *argument = argv[parser.at];
        if (argument[0] != '-' || argument[1] == '\0')
            break;
        if (strcmp(argument, "--") == 0) {
            parser.at++;
            break;
        }
        if (!(argument[1] == '-' ? read_long(&parser, argument) : read_short(&parser, argument)))
            return false;
    }
    if (!check_mode(&parser))
        return false;
    if (parser.at == argc || command->mode != JG_MODE_LUA)
        return true;
    command->script = parser.at;
    if (argv[parser.at][0] != '\0')
        return true;
    fprintf(stderr, "jghost: the script's name is empty\n"); /* of a shell's empty variable, as a rule */
    return stop(&parser, JG_EXIT_GUARD_FAILED);
}
