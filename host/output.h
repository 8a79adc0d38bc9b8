/*
** output.h: standard output. What is lost of it is a failure, and nobody else would tell.
*/
#ifndef JG_OUTPUT_H
#define JG_OUTPUT_H

#include <stdbool.h>

/* Something of it has been lost: why, as errno. The first reason is kept. */
void jg_output_lost(int error);

/* Writes out what has been printed. What can't be is lost, and kept in mind. */
void jg_output_flush(void);

/* The same, and says on standard error if something of it, or of what came before, is lost. False: so it is. Of a run
** that was interrupted since nobody reads it any more, that is known. */
bool jg_output_finish(int interrupted_by);

#endif
