/*
** session.h: the end of the user's session.
*/
#ifndef JG_SESSION_H
#define JG_SESSION_H

#include <windows.h>

/* Who is told of it, or ended, when: the highest first. */
enum jg_session_turn {
    JG_SESSION_HARNESS = 0x300, /* before what it has started, which it may want to stop in its own way */
    JG_SESSION_USUAL = 0x280,   /* everybody's who hasn't asked for another */
    JG_SESSION_EXEC = 0x200,    /* a harness that only passes on how its command ends */
    JG_SESSION_GUARD = 0x1ff,   /* with it everything ends */
};

/* This process's turn. */
void jg_session_take_turn(enum jg_session_turn turn);

/* Calls `handler` as the console does, with CTRL_LOGOFF_EVENT or CTRL_SHUTDOWN_EVENT, in a thread of its own: the
** system ends this process soon after it has returned, or after some seconds. Without a window nobody calls. */
void jg_session_watch(PHANDLER_ROUTINE handler);

#endif
