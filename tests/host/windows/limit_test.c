/*
** limit_test.c: limits of jobs, as far as that doesn't take a system that keeps them: Wine doesn't.
*/
#include "world.h"

#include "../../../host/windows/job.h"
#include "../../../host/windows/limit.h"

/* A rate is a share of that of the job around it. */
static void test_rates(void)
{
    double all = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    struct jg_os_job outer = {.cpus = 0}, middle = {.parent = &outer}, inner = {.parent = &middle};
    CHECK(jg_limit_rate(&outer, all / 4) == 2500 && jg_limit_rate(&inner, all / 4) == 2500);
    CHECK(jg_limit_rate(&outer, all) == 10000 && jg_limit_rate(&outer, all * 8) == 10000);
    CHECK(jg_limit_rate(&outer, all / 1e6) == 1);
    outer.cpus = 0.5;
    CHECK(jg_limit_rate(&middle, 0.25) == 5000 && jg_limit_rate(&inner, 0.25) == 5000);
    CHECK(jg_limit_rate(&inner, 2) == 10000);
    middle.cpus = 0.25;
    CHECK(jg_limit_rate(&inner, 0.125) == 5000 && jg_limit_rate(&middle, 0.125) == 2500);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"rates", test_rates}};
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
