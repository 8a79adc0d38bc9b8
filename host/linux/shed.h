/*
** shed.h: a process of ours that stays behind holds on to nothing of the run's.
*/
#ifndef JG_SHED_H
#define JG_SHED_H

/* Closes all descriptors but these, which become 3, 4 and so on, close-on-exec; 0, 1 and 2 are the null device then.
** To be called in a process that shares its descriptors with nobody. */
void jg_shed(int *kept, int count);

#endif
