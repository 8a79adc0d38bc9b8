/*
** state.h: what the files in this folder know of each other.
**
** On Windows one run is two processes: the guard, which holds the job object, and the harness, which is in it and
** has Lua. The harness is the same executable started anew; both have one page in common.
*/
#ifndef JG_STATE_H
#define JG_STATE_H

#include <stdbool.h>
#include <windows.h>

#include "../os.h"

/* One page, shared by guard and harness. Handles are values of the harness's. */
struct jg_shared {
    HANDLE guard; /* SYNCHRONIZE only: signalled once the guard has ended */
    HANDLE event; /* signalled once the harness is in the job */
    struct jg_guarantee guarantee;
    volatile LONG64 consumed; /* GetTickCount64 when the harness had dealt with an interrupt and went on; 0: never */
};

struct jg_state {
    struct jg_shared *shared;
    bool is_harness;
};

/* The one record of the process's own; filled by start-up, read by the rest. */
extern struct jg_state jg_state;

#endif
