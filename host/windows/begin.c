/*
** begin.c: the first thing that any process of ours does.
*/
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../exit.h"
#include "console/codepage.h"
#include "state.h"

/* The first argument of a harness, made by run.c, which no user sees: the section that guard and harness share. */
static const char harness_option[] = "--jghost-harness=";

struct jg_state jg_state;

static void die(const char *what)
{
    char reason[160];
    fprintf(stderr, "jghost: %s: %s\n", what, jg_os_err_text((int)GetLastError(), reason, sizeof reason));
    exit(JG_EXIT_GUARD_FAILED);
}

/* The same script writes the same bytes on both systems: no carriage return before each newline. */
static void make_streams_binary(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++)
        _setmode(descriptor, _O_BINARY);
    setvbuf(stderr, NULL, _IONBF, 0);
    if (jg_os_is_terminal(1)) /* it has no buffer there anyhow, but Wine writes byte by byte if it isn't told so */
        setvbuf(stdout, NULL, _IONBF, 0);
}

static struct jg_shared *map_section(void)
{
    return MapViewOfFile(jg_state.section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, sizeof *jg_state.shared);
}

static void make_section(void)
{
    jg_state.section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof *jg_state.shared, NULL);
    if (jg_state.section != NULL)
        jg_state.shared = map_section();
    if (jg_state.shared == NULL)
        die("cannot map a page");
    jg_state.shared->guard_pid = GetCurrentProcessId();
}

/* Nothing of ours is for children. */
static struct jg_os_start *take_what_was_handed(const char *number)
{
    static const char inherited[] = "cannot keep from children what the guard has handed over";
    jg_state.section = (HANDLE)(uintptr_t)strtoull(number, NULL, 16);
    jg_state.shared = map_section();
    if (jg_state.shared == NULL)
        die("this harness has no guard: cannot map what it was handed");
    if (!SetHandleInformation(jg_state.section, HANDLE_FLAG_INHERIT, 0))
        die(inherited);
    struct jg_os_start *start = &jg_state.shared->start;
    const struct jg_detach_slot *detach = &jg_state.shared->detach;
    HANDLE handed[] = {start->guard, start->event, detach->asked, detach->answered};
    for (size_t i = 0; i < sizeof handed / sizeof *handed; i++) {
        if (handed[i] != NULL && !SetHandleInformation(handed[i], HANDLE_FLAG_INHERIT, 0))
            die(inherited);
    }
    return start;
}

struct jg_os_start *jg_os_begin(int *argc, char **argv)
{
    size_t length = strlen(harness_option);
    make_streams_binary();
    bool is_harness = *argc > 1 && strncmp(argv[1], harness_option, length) == 0;
    const char *number = is_harness ? argv[1] + length : NULL;
    if (is_harness) {
        memmove(argv + 1, argv + 2, (size_t)(*argc - 1) * sizeof *argv);
        --*argc;
    }
    jg_state.argc = *argc;
    jg_state.argv = argv;
    struct jg_os_start *start = NULL;
    if (is_harness)
        start = take_what_was_handed(number);
    else
        make_section();
    jg_codepage_open();
    return start;
}

int jg_os_processors(void)
{
    DWORD_PTR ours, all;
    int count = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &ours, &all)) {
        for (; ours != 0; ours &= ours - 1)
            count++;
    }
    if (count == 0) /* more than one group of 64 */
        count = (int)GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return count > 0 ? count : 1;
}

enum jg_level jg_os_strongest(void)
{
    return JG_LEVEL_JOB_OBJECT;
}

/* There is one level here. */
enum jg_level jg_os_weakest(void)
{
    return JG_LEVEL_JOB_OBJECT;
}

enum jg_level jg_os_level_to_attach(void)
{
    return jg_os_strongest();
}

const struct jg_guarantee *jg_os_guarantee(void)
{
    return &jg_state.shared->guarantee;
}

void jg_os_run_refused(enum jg_level level, const struct jg_err *err)
{
    char reason[160];
    struct jg_guarantee *guarantee = &jg_state.shared->guarantee;
    snprintf(guarantee->why, sizeof guarantee->why, "%s: %s: %s", jg_level_name(level), err->what,
             jg_os_err_text(err->native, reason, sizeof reason));
}
