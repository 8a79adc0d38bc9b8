/*
** limit_test.c: limits of jobs, as far as that doesn't take a system that keeps them: Wine doesn't.
*/
#include "world.h"

#include "../../../host/windows/job/job.h"
#include "../../../host/windows/job/limit.h"

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

static enum jg_limit reached_by(struct jg_os_job *job, char *code)
{
    struct child child;
    CHECK(spawn(&child, job, "exit", code) && turn_until(&child.ended, 1, 60000));
    jg_os_process_release(child.process);
    return child.status.limit;
}

/* The system says so by the exit code alone, and in such a job only. */
static void test_time(void)
{
    struct box outer, inner;
    make_job(&outer, NULL);
    make_job(&inner, outer.job);
    CHECK(reached_by(inner.job, "1816") == JG_LIMIT_NONE && reached_by(NULL, "1816") == JG_LIMIT_NONE);
    outer.job->limits.BasicLimitInformation.LimitFlags |= JOB_OBJECT_LIMIT_JOB_TIME;
    CHECK(reached_by(inner.job, "1816") == JG_LIMIT_CPU_TIME && reached_by(outer.job, "1816") == JG_LIMIT_CPU_TIME);
    CHECK(reached_by(inner.job, "1815") == JG_LIMIT_NONE && reached_by(inner.job, "0") == JG_LIMIT_NONE);
    outer.job->reached[JG_LIMIT_PROCESSES]++;
    CHECK(reached_by(inner.job, "1816") == JG_LIMIT_CPU_TIME);
    jg_os_job_release(inner.job);
    jg_os_job_release(outer.job);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"rates", test_rates}, {"time", test_time}};
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
