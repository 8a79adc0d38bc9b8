/*
** quote.c: a list of arguments as the one text that a Windows process is started with.
**
** The exact inverse of CommandLineToArgvW. Between quotation marks blanks don't separate; backslashes are
** themselves, unless a quotation mark follows them: then two are one, and an odd one makes the mark a character. The
** first argument, the program's name, has no escapes at all.
*/
#include "quote.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../native.h"
#include "../wide.h"

enum { LIMIT = 32767 }; /* CreateProcessW's, with the zero at the end */

struct line {
    wchar_t *text;
    size_t length, room;
};

static bool add(struct line *line, wchar_t character, size_t times)
{
    if (line->length + times >= LIMIT) {
        SetLastError(JG_NATIVE_LONG_COMMAND);
        return false;
    }
    if (line->length + times >= line->room) {
        size_t room = (line->length + times) * 2 + 64;
        wchar_t *text = realloc(line->text, room * sizeof *text);
        if (text == NULL) {
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
            return false;
        }
        line->text = text;
        line->room = room;
    }
    while (times-- > 0)
        line->text[line->length++] = character;
    line->text[line->length] = L'\0';
    return true;
}

/* Everything up to the blank separates somewhere: some run-time libraries break lines, too. */
static bool needs_marks(const wchar_t *argument)
{
    if (*argument == L'\0')
        return true;
    for (; *argument != L'\0'; argument++)
        if (*argument <= L' ' || *argument == L'"')
            return true;
    return false;
}

static bool add_text(struct line *line, const wchar_t *text)
{
    for (; *text != L'\0'; text++)
        if (!add(line, *text, 1))
            return false;
    return true;
}

static bool add_name(struct line *line, const wchar_t *name)
{
    size_t marks = needs_marks(name);
    if (wcschr(name, L'"') != NULL) {
        SetLastError(JG_NATIVE_QUOTE_IN_NAME);
        return false;
    }
    return add(line, L'"', marks) && add_text(line, name) && add(line, L'"', marks);
}

static bool add_argument(struct line *line, const wchar_t *argument)
{
    if (!needs_marks(argument))
        return add(line, L' ', 1) && add_text(line, argument);
    if (!add(line, L' ', 1) || !add(line, L'"', 1))
        return false;
    for (;;) {
        size_t backslashes = wcsspn(argument, L"\\");
        argument += backslashes;
        if (*argument == L'\0') /* the closing mark follows */
            return add(line, L'\\', backslashes * 2) && add(line, L'"', 1);
        if (!add(line, L'\\', *argument == L'"' ? backslashes * 2 + 1 : backslashes) || !add(line, *argument++, 1))
            return false;
    }
}

wchar_t *jg_command_line(char *const *argv)
{
    struct line line = {0};
    for (size_t i = 0; argv[i] != NULL; i++) {
        wchar_t *argument = jg_wide(argv[i]);
        bool ok = argument != NULL && (i == 0 ? add_name(&line, argument) : add_argument(&line, argument));
        free(argument);
        if (!ok) {
            free(line.text);
            return NULL;
        }
    }
    return line.text;
}
