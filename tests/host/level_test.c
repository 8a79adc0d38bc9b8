/*
** level_test.c: levels and their names, and that they are in the order of their strength.
*/
#include "../../host/level.h"

#include <string.h>

#include "check.h"

static void test_round_trip(void)
{
    for (int level = 0; level < JG_LEVEL_COUNT; level++) {
        const char *name = jg_level_name((enum jg_level)level);
        CHECK(name != NULL && name[0] != '\0');
        CHECK(jg_level_named(name) == (enum jg_level)level);
    }
    CHECK(JG_LEVEL_COUNT == 4);
    CHECK(jg_level_named("job-object") == JG_LEVEL_JOB_OBJECT);
}

static void test_order(void)
{
    CHECK(JG_LEVEL_REAPER < JG_LEVEL_NAMESPACE);
    CHECK(JG_LEVEL_NAMESPACE < JG_LEVEL_AUTOKILL);
    CHECK(JG_LEVEL_AUTOKILL < JG_LEVEL_JOB_OBJECT);
}

static void test_unknown(void)
{
    static const char *const wrong[] = {"",      " ",       "Reaper",           "REAPER", "reaper ",
                                        "reape", "reapers", "namespace,reaper", "0"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(jg_level_named(wrong[i]) == JG_LEVEL_COUNT);
}

int main(void)
{
    test_round_trip();
    test_order();
    test_unknown();
    return check_result();
}
