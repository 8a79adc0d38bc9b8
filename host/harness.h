/*
** harness.h: the second of the two processes.
*/
#ifndef JG_HARNESS_H
#define JG_HARNESS_H

struct jg_os_start;

/* Waits until it is safely in the job, then runs the `struct jg_command *` it is given: a
** jg_harness_main_fn. Returns the exit status. */
int jg_harness_main(struct jg_os_start *start, void *command);

#endif
