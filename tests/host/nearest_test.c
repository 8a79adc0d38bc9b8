/*
** nearest_test.c: the nearest name, against the definition of the edit distance.
*/
#include "../../host/nearest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { ROUNDS = 20000, LONGEST_WORD = 6, NAMES = 4 };

static const char *const options[] = {"cwd", "env", "clear_env", "stdin", "stdout", "stderr", "timeout", "name"};
enum { OPTIONS = sizeof options / sizeof options[0] };

static void expect(const char *word, const char *name)
{
    const char *near = jg_nearest(word, options, OPTIONS);
    CHECK(name == NULL ? near == NULL : near != NULL && strcmp(near, name) == 0);
}

static void test_words(void)
{
    for (int i = 0; i < OPTIONS; i++)
        expect(options[i], options[i]);
    expect("stdot", "stdout");
    expect("sdtout", "stdout");
    expect("tiemout", "timeout");
    expect("evn", "env"); /* and not "cwd" or "name" */
    expect("time_out", "timeout");
    expect("clearenv", "clear_env");
    expect("", NULL);
    expect("xyz", NULL);
    expect("shell", NULL);
    expect("completely_different", NULL);
}

static void test_limits(void)
{
    char longest[33], longer[34];
    memset(longest, 'a', 32), longest[32] = '\0';
    memset(longer, 'a', 33), longer[33] = '\0';
    const char *names[] = {longer, longest};
    CHECK(jg_nearest(longest, names, 2) == longest);
    CHECK(jg_nearest(longest, names, 1) == NULL);
    CHECK(jg_nearest(longer, names, 2) == NULL);
    CHECK(jg_nearest("word", names, 0) == NULL);
    const char *twins[] = {"abcd", "abcd"};
    CHECK(jg_nearest("abce", twins, 2) == twins[0]);
}

/* The definition. */
static size_t distance(const char *a, const char *b)
{
    if (*a == '\0' || *b == '\0')
        return strlen(a) + strlen(b);
    if (*a == *b)
        return distance(a + 1, b + 1);
    size_t removed = distance(a + 1, b), added = distance(a, b + 1), replaced = distance(a + 1, b + 1);
    size_t least = removed < added ? removed : added;
    if (a[1] != '\0' && a[0] == b[1] && a[1] == b[0]) {
        size_t swapped = distance(a + 2, b + 2);
        least = swapped < least ? swapped : least;
    }
    return 1 + (least < replaced ? least : replaced);
}

static void random_word(char *word)
{
    int length = rand() % (LONGEST_WORD + 1);
    for (int i = 0; i < length; i++)
        word[i] = (char)('a' + rand() % 3);
    word[length] = '\0';
}

static void test_random(void)
{
    char word[LONGEST_WORD + 1], text[NAMES][LONGEST_WORD + 1];
    const char *names[NAMES];
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        size_t least = SIZE_MAX;
        random_word(word);
        for (int i = 0; i < NAMES; i++) {
            random_word(text[i]);
            names[i] = text[i];
            size_t d = distance(word, text[i]);
            least = d < least ? d : least;
        }
        const char *near = jg_nearest(word, names, NAMES);
        if (near != NULL)
            CHECK(distance(word, near) == least);
        else
            CHECK(least > strlen(word) / 3 + 1);
    }
}

int main(void)
{
    test_words();
    test_limits();
    test_random();
    return check_result();
}
