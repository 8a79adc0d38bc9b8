/*
** pty.h: terminals for processes.
*/
#ifndef JG_PTY_H
#define JG_PTY_H

#include "../../os.h"

/* The pseudoconsole, as an attribute of a process has it; it stays the pty's. */
void *jg_pty_console(const struct jg_os_pty *pty);

#endif
