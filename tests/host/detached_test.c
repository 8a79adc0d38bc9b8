/*
** detached_test.c: the lines of the log of detached processes. What becomes of them is detached_spec.lua's.
*/
#include "../../host/detached.h"

#include <string.h>

#include "check.h"

static struct jg_detached entry, again;
static char line[JG_DETACHED_LINE];

static void fill(const char *command)
{
    entry = (struct jg_detached){.pid = 12, .start = UINT64_MAX, .when = 34, .run = 56};
    jg_detached_set(entry.world, sizeof entry.world, "here");
    jg_detached_set(entry.user, sizeof entry.user, "ann");
    jg_detached_set(entry.command, sizeof entry.command, command);
}

static void test_line(void)
{
    fill("a command");
    CHECK(jg_detached_format(&entry, line) == strlen(line));
    CHECK(strcmp(line, "12\t18446744073709551615\t34\t56\there\tann\ta command\n") == 0);
    CHECK(jg_detached_parse(line, &again));
    CHECK(again.pid == 12 && again.start == UINT64_MAX && again.when == 34 && again.run == 56);
    CHECK(strcmp(again.world, "here") == 0 && strcmp(again.user, "ann") == 0);
    CHECK(strcmp(again.command, "a command") == 0);
}

static void test_texts(void)
{
    static const struct {
        const char *text, *field;
    } cases[] = {
        {"", "?"},          {"a\tb\rc\x7f", "a?b?c?"}, {"äöü", "äöü"}, {"1234567", "1234567"}, {"12345678", "1234…"},
        {"123äöü", "123…"}, {"1234ä", "1234ä"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char field[8];
        jg_detached_set(field, sizeof field, cases[i].text);
        CHECK(strcmp(field, cases[i].field) == 0);
    }
}

static void test_join(void)
{
    char field[16], longest[4000];
    jg_detached_join(field, sizeof field, (char *[]){"a", "", "b c", NULL});
    CHECK(strcmp(field, "a  b c") == 0);
    memset(longest, 'x', sizeof longest - 1), longest[sizeof longest - 1] = '\0';
    jg_detached_join(entry.command, sizeof entry.command, (char *[]){longest, longest, NULL});
    CHECK(strlen(entry.command) == sizeof entry.command - 1 && strcmp(entry.command + 1020, "…") == 0);
    for (int length = 1000; length < 1100; length++) { /* around the field's end */
        longest[length] = '\0';
        jg_detached_join(entry.command, sizeof entry.command, (char *[]){longest, NULL});
        CHECK(strlen(entry.command) == (size_t)(length < 1024 ? length : 1023));
        longest[length] = 'x';
    }
    CHECK(jg_detached_format(&entry, line) < sizeof line && jg_detached_parse(line, &again));
}

static void test_largest(void)
{
    memset(&entry, 'x', sizeof entry);
    entry.pid = entry.run = INT64_MAX, entry.start = UINT64_MAX, entry.when = INT64_C(253402300799);
    entry.world[sizeof entry.world - 1] = entry.user[sizeof entry.user - 1] = '\0';
    entry.command[sizeof entry.command - 1] = '\0';
    CHECK(jg_detached_format(&entry, line) < sizeof line - 1 && jg_detached_parse(line, &again));
    CHECK(strcmp(again.command, entry.command) == 0 && again.when == entry.when);
}

static void test_damage(void)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "x\n",
        "12\t3\t34\t56\there\tann\ta command",
        "12\t3\t34\t56\there\tann\t\n",
        "12\t3\t34\t56\t\tann\ta command\n",
        "12\t3\t34\t56\there\ta command\n",
        "12\t3\t34\t56\there\tann\ta\tcommand\n",
        "12\t3\t34\t56\there\tann\ta\001command\n",
        " 12\t3\t34\t56\there\tann\ta command\n",
        "12 \t3\t34\t56\there\tann\ta command\n",
        "012\t3\t34\t56\there\tann\ta command\n",
        "+12\t3\t34\t56\there\tann\ta command\n",
        "-12\t3\t34\t56\there\tann\ta command\n",
        "0\t3\t34\t56\there\tann\ta command\n",
        "12\t-3\t34\t56\there\tann\ta command\n",
        "12\t3\t-34\t56\there\tann\ta command\n",
        "12\t3\t253402300800\t56\there\tann\ta command\n",
        "12\t18446744073709551616\t34\t56\there\tann\ta command\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!jg_detached_parse(wrong[i], &again));
    CHECK(jg_detached_parse("12\t3\t34\t56\there\tann\ta command\nx", &again)); /* what follows is another line */
}

static void test_forget(void)
{
    char text[] = "12\t3\t34\t56\there\tann\ta\n12\t3\t34\t56\there\tann\nx", before[sizeof text];
    memcpy(before, text, sizeof text);
    CHECK(jg_detached_forget(text) == 2 && memcmp(text, before, sizeof text) == 0);
    text[0] = '\0';
    CHECK(jg_detached_forget(text) == 0);
    char zeros[] = "a\0b\0";
    jg_detached_show_zeros(zeros, 4);
    CHECK(strcmp(zeros, "a\1b\1") == 0);
}

int main(void)
{
    test_line();
    test_texts();
    test_join();
    test_largest();
    test_damage();
    test_forget();
    return check_result();
}
