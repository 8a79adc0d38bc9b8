/*
** stage.c: stops a process of the start-up where the test says.
**
** JGHOST_STAGE=NAME: the process that comes to the stage of that name writes the line "stage NAME" to
** standard error, and goes on only when it reads a byte, or the end, from standard input. Meanwhile
** the test ends whom it likes.
** JGHOST_END_AT=NAME: the process that comes to that stage ends, with the exit status 77.
** JGHOST_SHORT_OF=descriptors, JGHOST_SHORT_OF=processes: for a moment there are no more of them: the first process of
** a pid namespace gets none; whatever the guard tried then would get some.
** JGHOST_NO_DEATH_SIGNAL: init isn't killed by PR_SET_PDEATHSIG when the guard ends.
*/
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../host/stage.h"
#include "memory.h"
#include "refuse.h"
#include "talk.h"

static const char *const names[] = {
#define JG_STAGE_NAME(stage, name) [JG_STAGE_##stage] = name,
    JG_STAGES(JG_STAGE_NAME)
#undef JG_STAGE_NAME
};

enum { ENDED_HERE = 77 };

static bool is_named(const char *variable, enum jg_stage stage)
{
    const char *wanted = getenv(variable);
    return wanted != NULL && strcmp(wanted, names[stage]) == 0;
}

static void come_to(enum jg_stage stage)
{
    char line[64];
    jg_fault_refuse_from(names[stage]);
    if (stage == JG_STAGE_SCRIPT_BEGINS)
        jg_fault_count_allocations();
    if (stage == JG_STAGE_SCRIPT_ENDED)
        jg_fault_tell_allocations();
    if (stage == JG_STAGE_HARNESS_BOUND && getenv("JGHOST_NO_DEATH_SIGNAL") != NULL)
        jg_fault_unbind();
    if (stage == JG_STAGE_HARNESS_RELEASED && getenv("JGHOST_SHORT_OF") != NULL)
        jg_fault_starve(getenv("JGHOST_SHORT_OF"));
    if (is_named("JGHOST_END_AT", stage))
        _Exit(ENDED_HERE);
    if (!is_named("JGHOST_STAGE", stage))
        return;
    int length = snprintf(line, sizeof line, "stage %s\n", names[stage]);
    if (!jg_fault_talk(line, (size_t)length))
        abort();
}

__attribute__((constructor)) static void install(void)
{
    jg_stage_hook = come_to;
}
