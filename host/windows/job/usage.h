/*
** usage.h: what a process has used.
*/
#ifndef JG_USAGE_H
#define JG_USAGE_H

#include <windows.h>

#include "../../os.h"

/* Fills in the times and the memory; -1 is what isn't known. */
void jg_usage_of_process(HANDLE handle, struct jg_os_status *status);

#endif
