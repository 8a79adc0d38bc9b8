/*
** limit_test.c: limits of jobs, as far as that doesn't take a system that keeps them: Wine doesn't.
*/
#include "world.h"

#include "../../../host/windows/job/job.h"
#include "../../../host/windows/job/limit.h"

/* What the system is given of each, in its own units, beside what it was given before. */
static void test_limits(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0}, expected = {0};
    JOBOBJECT_BASIC_LIMIT_INFORMATION *basic = &expected.BasicLimitInformation;
    basic->LimitFlags = JOB_OBJECT_LIMIT_JOB_MEMORY;
    expected.JobMemoryLimit = 8192;
    jg_limit_set(&limits, JG_LIMIT_MEMORY, 4097);
    CHECK(memcmp(&limits, &expected, sizeof limits) == 0);
    basic->LimitFlags |= JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    basic->ActiveProcessLimit = 3;
    jg_limit_set(&limits, JG_LIMIT_PROCESSES, 3);
    CHECK(memcmp(&limits, &expected, sizeof limits) == 0);
    basic->LimitFlags |= JOB_OBJECT_LIMIT_JOB_TIME;
    basic->PerJobUserTimeLimit.QuadPart = 15000000;
    jg_limit_set(&limits, JG_LIMIT_CPU_TIME, 1.5);
    CHECK(memcmp(&limits, &expected, sizeof limits) == 0);
}

/* More than the system has a number for is the highest that it has. */
static void test_high_limits(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    jg_limit_set(&limits, JG_LIMIT_MEMORY, 1e300);
    jg_limit_set(&limits, JG_LIMIT_PROCESSES, 1e300);
    jg_limit_set(&limits, JG_LIMIT_CPU_TIME, 1e300);
    CHECK(limits.JobMemoryLimit == (SIZE_T)1 << 52);
    CHECK(limits.BasicLimitInformation.ActiveProcessLimit == UINT32_MAX);
    CHECK(limits.BasicLimitInformation.PerJobUserTimeLimit.QuadPart == 9000000000000000000);
}

static DWORD rate(const struct jg_os_job *job, double cpus)
{
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION control = jg_limit_rate(job, cpus);
    CHECK(control.ControlFlags == (JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP));
    return control.CpuRate;
}

/* A rate is a share of that of the job around it. */
static void test_rates(void)
{
    double all = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    struct jg_os_job outer = {.cpus = 0}, middle = {.parent = &outer}, inner = {.parent = &middle};
    CHECK(rate(&outer, all / 4) == 2500 && rate(&inner, all / 4) == 2500);
    CHECK(rate(&outer, all) == 10000 && rate(&outer, all * 8) == 10000);
    CHECK(rate(&outer, all / 1e6) == 1);
    outer.cpus = 0.5;
    CHECK(rate(&middle, 0.25) == 5000 && rate(&inner, 0.25) == 5000);
    CHECK(rate(&inner, 2) == 10000);
    middle.cpus = 0.25;
    CHECK(rate(&inner, 0.125) == 5000 && rate(&middle, 0.125) == 2500);
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
    static const struct test tests[] = {
        {"limits", test_limits},
        {"high limits", test_high_limits},
        {"rates", test_rates},
        {"time", test_time},
    };
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
