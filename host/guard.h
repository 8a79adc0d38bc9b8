/*
** guard.h: the first of the two processes.
*/
#ifndef JG_GUARD_H
#define JG_GUARD_H

struct jg_command;

/* Runs the command in a harness that can't outlive this process. Returns the exit status. */
int jg_guard_main(struct jg_command *command);

#endif
