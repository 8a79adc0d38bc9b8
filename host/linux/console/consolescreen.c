/*
** consolescreen.c: takes the line that is being edited off the screen, and puts it back.
**
** libedit draws a line where the cursor is, but doesn't tell where one begins. So that is found by the rules by which
** it draws. Runs in the editor's thread, when libedit waits for a key.
*/
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "console.h"

struct place {
    int row, column, columns;
};

static void advance(struct place *place, int width)
{
    bool fits = place->column + width <= place->columns;
    place->column = (fits ? place->column : 0) + width;
    place->row += !fits;
    if (place->column < place->columns)
        return;
    place->column = 0;
    place->row++;
}

static void advance_by_many(struct place *place, int count)
{
    for (; count > 0; count--)
        advance(place, 1);
}

static void put_character(struct place *place, wchar_t key)
{
    int width = wcwidth(key);
    advance(place, width > 0 ? width : 0);
}

/* What can't be shown as it is, is shown as ^X or \U+0085. */
static void put(struct place *place, wchar_t key)
{
    if (key == L'\n') {
        place->column = 0;
        place->row++;
    } else if (key == L'\t') {
        advance_by_many(place, 8 - place->column % 8);
    } else if (key < 0x100 && iswcntrl((wint_t)key)) {
        advance_by_many(place, 2);
    } else if (iswprint((wint_t)key)) {
        put_character(place, key);
    } else {
        advance_by_many(place, key > 0xffff ? 8 : 7);
    }
}

/* In a prompt there is nothing that libedit shows in another way. */
static void put_prompt(struct place *place, const char *prompt)
{
    mbstate_t state = {0};
    wchar_t key;
    for (size_t used; (used = mbrtowc(&key, prompt, MB_CUR_MAX, &state)) != 0; prompt += used) {
        if (used == (size_t)-1 || used == (size_t)-2)
            return;
        put_character(place, key);
    }
}

/* How many rows above the cursor the line begins: not more than there are, since what is above has scrolled away. */
static int rows_above(const struct jg_os_console *console)
{
    int columns = 0, rows = 0;
    el_get(console->editor, EL_GETTC, "co", &columns);
    el_get(console->editor, EL_GETTC, "li", &rows);
    struct place place = {.columns = columns > 1 ? columns : 80};
    const LineInfoW *line = el_wline(console->editor);
    put_prompt(&place, jg_console_prompt_line(console));
    for (const wchar_t *key = line->buffer; key < line->cursor; key++)
        put(&place, *key);
    return place.row < rows ? place.row : rows > 0 ? rows - 1 : 0;
}

/* What makes the terminal do this; NULL if nothing does. */
static const char *capability(const struct jg_os_console *console, const char *name)
{
    char *text = NULL;
    if (el_get(console->editor, EL_GETTC, name, &text) != 0 || text == NULL || text[0] == '\0')
        return NULL;
    return text;
}

/* Without the pauses that it says old terminals need. */
static void emit(struct jg_os_console *console, const char *text)
{
    fwrite(text, 1, strcspn(text, "$"), console->output);
}

static void take_away(struct jg_os_console *console, int rows)
{
    const char *up = capability(console, "up"), *clear = capability(console, "cd");
    if (up == NULL || clear == NULL) {
        fputc('\n', console->output);
    } else {
        fputc('\r', console->output);
        for (; rows > 0; rows--)
            emit(console, up);
        emit(console, clear);
    }
    fflush(console->output);
}

void jg_console_line_hide(struct jg_os_console *console)
{
    take_away(console, rows_above(console));
}

/* Some terminals break their rows anew, others don't: what isn't ours must not be taken away in either case. libedit
** itself would go on where the cursor was, which may be outside of what it now takes for the screen. */
void jg_console_line_resize(struct jg_os_console *console)
{
    int before = rows_above(console);
    el_resize(console->editor);
    int after = rows_above(console);
    take_away(console, before < after ? before : after);
    el_set(console->editor, EL_REFRESH);
}

void jg_console_line_show(struct jg_os_console *console, bool begun)
{
    if (begun)
        fputc('\n', console->output);
    el_set(console->editor, EL_REFRESH);
}
