/*
** pty.h: terminals for processes.
*/
#ifndef JG_PTY_H
#define JG_PTY_H

#include "../../os.h"

/* The descriptor that is the terminal for a process; it stays the pty's. */
int jg_pty_terminal(const struct jg_os_pty *pty);

#endif
