/*
** input_test.c: what Lua reads at a console.
*/
#include "../../../host/windows/console/input.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>

#include "../../../host/windows/state.h"
#include "../check.h"
#include "typed.h"

static volatile LONG interrupts;

static void on_interrupt(int signal, const char *name)
{
    (void)signal;
    (void)name;
    interrupts++;
}

static const wchar_t *lines[8];

static void type(const wchar_t *first, const wchar_t *second, const wchar_t *third)
{
    lines[0] = first;
    lines[1] = second;
    lines[2] = third;
    typed = lines;
    typed_at = 0;
}

/* The rest up to the end of the input. */
static const char *rest(void)
{
    static char text[65536];
    text[jg_input_fread(text, 1, sizeof text - 1, stdin)] = '\0';
    return text;
}

static int reads(const char *expected)
{
    const char *text = rest();
    bool same = strcmp(text, expected) == 0;
    if (!same)
        printf("      read: %.200s\n", text);
    return same;
}

static void test_text(void)
{
    type(L"gr\xfcn \x20ac \xd83d\xde00\r\n", L"next\r\n", NULL);
    CHECK(reads("gr\303\274n \342\202\254 \360\237\230\200\nnext\n"));
    type(L"raw\r", L"lone \xd83d", L"x\r\n");
    CHECK(reads("raw\rlone \357\277\275x\n"));
    type(L"a\rb\r\r\n", NULL, NULL);
    CHECK(reads("a\rb\r\n"));
}

static void test_end(void)
{
    type(L"one\r\n", L"\x1a\r\n", L"two\x1a\r\n");
    CHECK(reads("one\n"));
    CHECK(jg_input_feof(stdin));
    CHECK(reads("two\x1a\n"));
    type(L"\x1a"
         L"x\r\n",
         L"y\r\n", NULL);
    CHECK(jg_input_getc(stdin) == EOF);
    CHECK(jg_input_feof(stdin));
    CHECK(jg_input_getc(stdin) == 'y');
    CHECK(!jg_input_feof(stdin));
    CHECK(reads("\n"));
}

static void test_bytes(void)
{
    char text[8];
    type(L"\xfc"
         L"b\r\n",
         L"12\r\n", NULL);
    CHECK(jg_input_ungetc(EOF, stdin) == EOF);
    CHECK(jg_input_getc(stdin) == 0xc3);
    CHECK(jg_input_getc(stdin) == 0xbc);
    CHECK(jg_input_ungetc(0xbc, stdin) == 0xbc);
    CHECK(jg_input_getc(stdin) == 0xbc);
    CHECK(jg_input_fread(text, 1, 4, stdin) == 4 && memcmp(text, "b\n12", 4) == 0);
    CHECK(jg_input_fread(text, 0, 4, stdin) == 0);
    CHECK(reads("\n"));
    type(L"line\r\n", L"long line\r\n", NULL);
    CHECK(jg_input_fgets(text, sizeof text, stdin) == text && strcmp(text, "line\n") == 0);
    CHECK(jg_input_fgets(text, sizeof text, stdin) == text && strcmp(text, "long li") == 0);
    CHECK(jg_input_fgets(text, sizeof text, stdin) == text && strcmp(text, "ne\n") == 0);
    CHECK(jg_input_fgets(text, sizeof text, stdin) == NULL);
}

/* One of them is cut in two by the room that there is, wherever that ends. */
static void test_long(void)
{
    enum { LENGTH = 20000 };
    static wchar_t line[LENGTH + 8];
    static char expected[LENGTH * 4];
    for (size_t before = 8180; before <= 8194; before++) {
        char *to = expected;
        size_t at = 0;
        while (at < before) {
            line[at++] = L'x';
            *to++ = 'x';
        }
        wcscpy(line + at, L"\xd83d\xde00\x1a\r\n");
        strcpy(to, "\360\237\230\200\x1a\n");
        type(line, NULL, NULL);
        CHECK(reads(expected));
    }
}

static void test_interrupt(void)
{
    interrupts = 0;
    type(L"on\r\n", L"", L"off\r\n");
    CHECK(reads("on\n"));
    CHECK(interrupts == 1);
    CHECK(reads("off\n"));
    typed_ignored = true;
    type(L"on\r\n", L"", L"off\r\n");
    CHECK(reads("on\noff\n"));
    CHECK(interrupts == 1);
}

static void test_other_file(void)
{
    char text[8];
    FILE *file = tmpfile();
    CHECK(file != NULL && fputs("a\r\n\x1a"
                                "b",
                                file) >= 0);
    rewind(file);
    CHECK(jg_input_getc(file) == 'a' && jg_input_ungetc('c', file) == 'c');
    CHECK(jg_input_fgets(text, sizeof text, file) == text && strcmp(text, "c\r\n") == 0);
    CHECK(jg_input_fread(text, 1, 4, file) == 2 && jg_input_feof(file));
    fclose(file);
}

int main(void)
{
    static struct jg_shared shared;
    jg_state.shared = &shared;
    jg_os_interrupt_watch(on_interrupt);
    test_text();
    test_end();
    test_bytes();
    test_long();
    test_interrupt();
    test_other_file();
    return check_result();
}
