/*
** start.h: the harness's creation.
*/
#ifndef JG_START_H
#define JG_START_H

#include <windows.h>

/*
** Creates the harness, running, and hands it `event` and what else it needs. Returns its handle, the caller's to close;
** or NULL: GetLastError says why.
*/
HANDLE jg_start_harness(HANDLE event);

#endif
