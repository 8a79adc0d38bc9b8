/*
** stage.c: stops a process of the start-up where the test says.
**
** JGHOST_STAGE=NAME: the process that comes to the stage of that name writes the line "stage NAME" to
** standard error, and goes on only when it reads a byte, or the end, from standard input. Meanwhile
** the test ends whom it likes.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../host/stage.h"
#include "memory.h"
#include "talk.h"

static const char *const names[] = {
#define JG_STAGE_NAME(stage, name) [JG_STAGE_##stage] = name,
    JG_STAGES(JG_STAGE_NAME)
#undef JG_STAGE_NAME
};

static void stop(enum jg_stage stage)
{
    const char *wanted = getenv("JGHOST_STAGE");
    char line[64];
    if (stage == JG_STAGE_SCRIPT_BEGINS)
        jg_fault_count_allocations();
    if (stage == JG_STAGE_SCRIPT_ENDED)
        jg_fault_tell_allocations();
    if (wanted == NULL || strcmp(wanted, names[stage]) != 0)
        return;
    int length = snprintf(line, sizeof line, "stage %s\n", names[stage]);
    if (!jg_fault_talk(line, (size_t)length))
        abort();
}

__attribute__((constructor)) static void install(void)
{
    jg_stage_hook = stop;
}
