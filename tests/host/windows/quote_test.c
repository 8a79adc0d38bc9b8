/*
** quote_test.c: what jg_command_line makes is what CommandLineToArgvW takes apart.
*/
#include "../../../host/windows/process/quote.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <shellapi.h> /* after windows.h, which it needs */

#include "../../../host/windows/native.h"
#include "../../../host/windows/wide.h"
#include "../check.h"

static int survives(char *const *argv)
{
    int argc = 0, count = 0, same = 1;
    while (argv[argc] != NULL)
        argc++;
    wchar_t *line = jg_command_line(argv);
    wchar_t **parts = line != NULL ? CommandLineToArgvW(line, &count) : NULL;
    same = parts != NULL && count == argc;
    for (int i = 0; i < argc && same; i++) {
        wchar_t *wide = jg_wide(argv[i]);
        same = wide != NULL && wcscmp(wide, parts[i]) == 0;
        free(wide);
    }
    if (!same)
        printf("      %ls\n", line != NULL ? line : L"(no line)");
    LocalFree(parts);
    free(line);
    return same;
}

static int argument_survives(const char *argument)
{
    char *argv[] = {"program", (char *)argument, "next", NULL};
    return survives(argv);
}

static void test_nasty(void)
{
    CHECK(argument_survives(""));
    CHECK(argument_survives(" "));
    CHECK(argument_survives("\t"));
    CHECK(argument_survives("two words"));
    CHECK(argument_survives("\""));
    CHECK(argument_survives("\"\""));
    CHECK(argument_survives("say \"hello\""));
    CHECK(argument_survives("\\"));
    CHECK(argument_survives("\\\\"));
    CHECK(argument_survives("C:\\folder\\"));
    CHECK(argument_survives("C:\\a folder\\"));
    CHECK(argument_survives("C:\\a folder\\\\"));
    CHECK(argument_survives("\\\""));
    CHECK(argument_survives("\\\\\" \\"));
    CHECK(argument_survives("a\\\\b c\\\\d"));
    CHECK(argument_survives("%PATH% ^& | < > !x!"));
    CHECK(argument_survives("line\nbreak\v\f"));
    CHECK(argument_survives("\303\274\342\202\254\360\237\230\200 \346\227\245"));
}

/* All texts of up to six characters that matter, as the first, the middle and the last argument. */
static void test_all_short(void)
{
    static const char letters[] = "a\\\" \t";
    int failed = 0;
    for (int length = 0; length <= 6; length++) {
        int texts = 1;
        for (int i = 0; i < length; i++)
            texts *= 5;
        for (int number = 0; number < texts; number++) {
            char text[8] = "";
            for (int i = 0, rest = number; i < length; i++, rest /= 5)
                text[i] = letters[rest % 5];
            char *argv[] = {"program", text, text, NULL};
            failed += !survives(argv);
        }
    }
    CHECK(failed == 0);
}

static void test_name(void)
{
    char *blank[] = {"C:\\Program Files\\x.exe", "", NULL}, *slash[] = {"a folder\\", "x", NULL};
    char *empty[] = {"", "x", NULL}, *quote[] = {"a\"b", NULL};
    CHECK(survives(blank));
    CHECK(survives(slash));
    CHECK(survives(empty));
    CHECK(jg_command_line(quote) == NULL && GetLastError() == JG_NATIVE_QUOTE_IN_NAME);
}

static void test_long(void)
{
    char *text = malloc(32768);
    char *argv[] = {"p", text, NULL};
    memset(text, 'x', 32767);
    text[32764] = '\0';
    CHECK(survives(argv)); /* 32,766 and the zero */
    text[32764] = 'x', text[32765] = '\0';
    CHECK(jg_command_line(argv) == NULL && GetLastError() == JG_NATIVE_LONG_COMMAND);
    memset(text, '"', 16380);
    text[16380] = '\0';
    CHECK(survives(argv));
    free(text);
}

static void test_invalid(void)
{
    char *argv[] = {"p", "\303", NULL};
    CHECK(jg_command_line(argv) == NULL && GetLastError() == ERROR_NO_UNICODE_TRANSLATION);
}

int main(void)
{
    test_nasty();
    test_all_short();
    test_name();
    test_long();
    test_invalid();
    return check_result();
}
