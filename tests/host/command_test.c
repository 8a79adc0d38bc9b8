/*
** command_test.c: command lines, and what is understood.
**
** What the refusals say is lua_spec.lua's; here it goes to the standard error of the test.
*/
#include "../../host/command.h"

#include <string.h>

#include "../../host/exit.h"
#include "check.h"

enum { MOST = 12 };

static struct jg_command command;
static char *words[MOST];
static int count;

/* Parses the words of a line that are separated by '|'. Returns the status, or -1 if there is something to run. */
static int parse(const char *line)
{
    static char text[512];
    int status = -1;
    snprintf(text, sizeof text, "jghost|%s", line);
    count = 0;
    for (char *at = text; at != NULL; count++) {
        words[count] = at;
        at = strchr(at, '|');
        if (at != NULL)
            *at++ = '\0';
    }
    count -= line[0] == '\0';
    words[count] = NULL;
    return jg_command_parse(&command, count, words, &status) ? -1 : status;
}

static void test_nothing(void)
{
    CHECK(parse("") == -1);
    CHECK(command.mode == JG_MODE_LUA && command.script == 0 && command.timeout < 0);
    CHECK(!command.interactive && !command.version && !command.ignore_env && !command.has_level);
    CHECK(command.require == JG_LEVEL_REAPER && command.scripts == NULL && command.statements == 0);
    CHECK(!command.allow_detach);
    CHECK(command.argc == 1 && command.argv == words);
}

static void test_scripts(void)
{
    static const struct {
        const char *line;
        int script;
    } cases[] = {
        {"a.lua", 1},
        {"a.lua|-e|--timeout=x", 1},
        {"-", 1},
        {"-|x", 1},
        {"--|a.lua", 2},
        {"--|-", 2},
        {"--|-e", 2},
        {"--", 0},
        {"-e|x|a.lua", 3},
        {"-ex|a.lua", 2},
        {"-l|m|-", 3},
        {"-E|-W|-i|a.lua|b", 4},
        {"--timeout=5|a.lua", 2},
        {"-e|", 0},
        {"-e|x", 0},
        {"-v", 0},
        {"-E|--require=reaper|--level=reaper|--scripts=d|-v|--|s|-v", 7},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(parse(cases[i].line) == -1);
        CHECK(command.script == cases[i].script);
        CHECK(command.mode == JG_MODE_LUA);
    }
}

static void test_lua_options(void)
{
    CHECK(parse("-i") == -1 && command.interactive && command.version);
    CHECK(parse("-v") == -1 && !command.interactive && command.version);
    CHECK(parse("-E") == -1 && command.ignore_env);
    CHECK(parse("-e|x") == -1 && command.statements > 0);
    CHECK(parse("a.lua|-i|-v|-E|-e") == -1 && !command.interactive && !command.version && !command.ignore_env);
    CHECK(parse("a.lua|-e|x") == -1 && command.statements == 0);
}

static void test_our_options(void)
{
    CHECK(parse("--timeout=2.5") == -1 && command.timeout == 2.5);
    CHECK(parse("--timeout=0") == -1 && command.timeout == 0);
    CHECK(parse("--timeout=1e3") == -1 && command.timeout == 1000);
    CHECK(parse("--timeout=1|--timeout=2") == -1 && command.timeout == 2);
    CHECK(parse("--require=namespace") == -1 && command.require == JG_LEVEL_NAMESPACE && !command.has_level);
    CHECK(parse("--level=reaper") == -1 && command.level == JG_LEVEL_REAPER && command.has_level);
    CHECK(!command.allow_detach && parse("--allow-detach|a.lua") == -1 && command.allow_detach && command.script == 2);
    CHECK(parse("a.lua|--allow-detach") == -1 && !command.allow_detach);
    CHECK(parse("--scripts=a=b") == -1 && strcmp(command.scripts, "a=b") == 0);
    CHECK(parse("--scripts=") == -1 && command.scripts[0] == '\0');
    CHECK(parse("--doctor") == -1 && command.mode == JG_MODE_DOCTOR);
    CHECK(parse("--list") == -1 && command.mode == JG_MODE_LIST);
    CHECK(parse("--attach") == -1 && command.mode == JG_MODE_ATTACH && command.attach == NULL);
    CHECK(parse("--attach=12") == -1 && command.mode == JG_MODE_ATTACH && strcmp(command.attach, "12") == 0);
    CHECK(parse("--attach=") == -1 && strcmp(command.attach, "") == 0);
    CHECK(parse("a.lua|--doctor") == -1 && command.mode == JG_MODE_LUA && command.script == 1);
}

static void test_exec(void)
{
    CHECK(parse("--exec|cmd|-e|--help|--exec") == -1);
    CHECK(command.mode == JG_MODE_EXEC && command.exec == words + 2 && command.script == 0);
    CHECK(parse("--timeout=5|--exec|--|x") == -1);
    CHECK(command.mode == JG_MODE_EXEC && strcmp(command.exec[0], "--") == 0 && command.timeout == 5);
}

static void test_refusals(void)
{
    static const char *const wrong[] = {
        "--timeout",
        "--timeout=",
        "--timeout=x",
        "--timeout=-1",
        "--timeout=nan",
        "--timeout=inf",
        "--timeout=1 ",
        "--require",
        "--require=",
        "--require=x",
        "--level",
        "--level=x",
        "--scripts",
        "--exec",
        "--exec=x",
        "--doctor=",
        "--allow-detach=",
        "--allow-detach=yes",
        "--allow-detach|--exec|x",
        "--doctor|--allow-detach",
        "--allow-detach|--list",
        "--attach=1|--allow-detach",
        "--list=x",
        "--help=x",
        "--version=x",
        "--nothing",
        "--nothing=x",
        "--e",
        "---",
        "--=",
        "-x",
        "-xe",
        "-vv",
        "-EE",
        "-Wx",
        "-iv",
        "-e",
        "-l",
        "-e|-v",
        "-l|--help",
        "-E|-x|a.lua",
        "--Help",
        "--attach|999999",
        "--attach=1|2",
        "--attach|--|1",
        "--list|foo",
        "--doctor|x",
        "--doctor|-",
        "--timeout=1|--list|extra",
        "--list|--doctor",
        "--attach=1|--list",
        "--attach=1|--attach=2",
        "--list|--exec|x",
        "-e|x|--list",
        "--list|-lm",
        "-i|--attach",
        "-e|x|--exec|true",
        "--requirement-that-is-much-longer-than-any-option-could-be=x",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(parse(wrong[i]) == JG_EXIT_GUARD_FAILED);
    CHECK(parse("--nothing|--help") == JG_EXIT_GUARD_FAILED); /* the first counts */
}

static void test_answers(void)
{
    CHECK(parse("--help") == JG_EXIT_SUCCESS);
    CHECK(parse("--version") == JG_EXIT_SUCCESS);
    CHECK(parse("-v|--help|--nothing") == JG_EXIT_SUCCESS);
}

int main(void)
{
    test_nothing();
    test_scripts();
    test_lua_options();
    test_our_options();
    test_exec();
    test_refusals();
    test_answers();
    return check_result();
}
