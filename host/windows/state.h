/*
** state.h: what all the files below this folder know of each other.
**
** On Windows one run is two processes: the guard, which holds the job object, and the harness, which is in it and
** has Lua. The harness is the same executable started anew; both have one page in common.
*/
#ifndef JG_STATE_H
#define JG_STATE_H

#include <stdbool.h>
#include <windows.h>

#include "../detached.h"
#include "../os.h"

/* What the harness was handed. The values are good in the harness only. */
struct jg_os_start {
    HANDLE guard; /* SYNCHRONIZE only: signalled once the guard has ended */
    HANDLE event; /* signalled once the harness is in the job */
};

/* The texts of a command that is to be detached, in this order, one after the other. */
enum { JG_DETACH_PROGRAM, JG_DETACH_LINE, JG_DETACH_FOLDER, JG_DETACH_ENVIRONMENT, JG_DETACH_TEXTS };

/* What the harness asks of the guard, one at a time, and the answer. The handles are good in the harness only. */
struct jg_detach_slot {
    HANDLE asked, answered;        /* events; NULL: this run may not detach */
    HANDLE section, stdio[3];      /* the texts; what becomes the standard handles */
    DWORD length[JG_DETACH_TEXTS]; /* in characters, with the zeros that end it */
    char command[JG_DETACHED_COMMAND];
    int64_t pid, when; /* of what runs: its number, and its start in seconds since the Unix epoch */
    int error, stage;  /* 0: it runs; else as GetLastError has it, and an enum jg_detacher_stage */
};

/* One page, shared by guard and harness. */
struct jg_shared {
    struct jg_os_start start;
    struct jg_detach_slot detach;
    DWORD guard_pid;
    struct jg_guarantee guarantee;
    volatile LONG heard;       /* how many interrupts the guard has had */
    volatile LONG interrupted; /* the signal of the last interrupt that the harness has had; 0: none */
    volatile LONG consumed;    /* how many interrupts the harness has had and dealt with */
};

struct jg_state {
    struct jg_shared *shared;
    HANDLE section; /* of the page; not inheritable */
    int argc;       /* the command line as UTF-8, without what a harness is told by its guard */
    char **argv;
};

/* The one record of the process's own; filled by start-up, read by the rest. */
extern struct jg_state jg_state;

/* The number that an interrupt of the console has in exit statuses (as on Linux: 2, 15, 1); its name, static text. */
int jg_control_signal(DWORD type);
const char *jg_control_name(DWORD type);

/*
** From now on this process, a harness, hears interrupts by `handler`. Returns only if there was none before: else the
** run ends here, as if the system's own handler had heard it.
*/
void jg_control_listen(PHANDLER_ROUTINE handler);

/* How many interrupts have been raised in the script. */
LONG jg_interrupts(void);

#endif
