/*
** mounts.h: a mount namespace of our own, once it is made.
*/
#ifndef JG_MOUNTS_H
#define JG_MOUNTS_H

#include <stdbool.h>

/* What is mounted here from now on isn't seen outside. False: errno says why. */
bool jg_mounts_make_private(void);

/* The /proc of our pid namespace. False: errno says why. */
bool jg_mounts_proc(void);

#endif
