/*
** cgroupwhy.h: why jobs can't have a controller here, and what would help.
*/
#ifndef JG_CGROUPWHY_H
#define JG_CGROUPWHY_H

#include <stddef.h>

#include "../loop/loop.h"
#include "cgroupcontrol.h"

/* Looks for the reason, and says it in `err`, with the kind NOT_SUPPORTED. False, for the caller to return. */
bool jg_cgroup_why(const struct jg_os_loop *loop, enum jg_controller controller, struct jg_err *err);

/* The words for such an error's code. False: it is none. */
bool jg_cgroup_why_text(int native, char *text, size_t size);

#endif
