/*
** cputime.h: the processor time of a job, of which a limit is watched.
*/
#ifndef JG_CPUTIME_H
#define JG_CPUTIME_H

#include "../loop/loop.h"

/* Keeps the descriptors that jg_os_job_cpu_time needs, from now on; closes them, also after a failure. */
bool jg_cputime_keep(struct jg_os_loop *loop, struct jg_err *err);
void jg_cputime_let_go(struct jg_os_loop *loop);

#endif
