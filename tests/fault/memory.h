/*
** memory.h: lets allocations fail.
*/
#ifndef JG_FAULT_MEMORY_H
#define JG_FAULT_MEMORY_H

/* The script begins: counts from here, as the environment says. */
void jg_fault_count_allocations(void);

/* The script has ended: says how many there were, if the environment asks for it. */
void jg_fault_tell_allocations(void);

#endif
