/*
** refuse.h: has the system refuse a call.
*/
#ifndef JG_FAULT_REFUSE_H
#define JG_FAULT_REFUSE_H

#include <stdbool.h>

enum { JG_FAULT_WORDS = 4 }; /* how many calls can be named */

/* This process has come to the stage of that name. */
void jg_fault_refuse_from(const char *stage);

/* The program makes the call of that name: is it refused? */
bool jg_fault_refuses(const char *call);

/* The error with which it is refused, unless the test says another. */
int jg_fault_error(int usual);

/* The system's half: counts from 1, for each of the words, in all processes of a run that have memory in common. */
long jg_fault_count(int word);

#endif
