/*
** pipename.h: what is between a harness that can be attached to and those who attach: a named pipe.
*/
#ifndef JG_PIPENAME_H
#define JG_PIPENAME_H

#include <stdint.h>
#include <wchar.h>

enum { JG_PIPE_NAME_SIZE = 64 };

/* The name of the pipe at which the harness of that guard listens. */
void jg_pipe_name(wchar_t name[JG_PIPE_NAME_SIZE], int64_t guard);

/* Who may open it: whom the objects of this process belong to, the administrators and the system. A security descriptor
** for LocalFree; NULL if there is none to be had. */
void *jg_pipe_access(void);

/* A pipe's handle as a C descriptor, which owns it from then on; -1 if there is none to be had: it is closed then. */
int jg_pipe_descriptor(void *pipe);

#endif
