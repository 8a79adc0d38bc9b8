/*
** stage.c: the seam through which tests stop the start-up at a given moment.
*/
#include "stage.h"

#include <stddef.h>

void (*jg_stage_hook)(enum jg_stage stage) = NULL;

void jg_stage(enum jg_stage stage)
{
    if (jg_stage_hook != NULL)
        jg_stage_hook(stage);
}
