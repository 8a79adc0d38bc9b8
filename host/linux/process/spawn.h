/*
** spawn.h: starting processes that are our own children.
*/
#ifndef JG_SPAWN_H
#define JG_SPAWN_H

#include "process.h"

/* Starts `process` as our child, in the cgroup whose directory is `cgroup` (-1: ours). False: it is the caller's to
** free, and nothing runs. */
bool jg_spawn_here(struct jg_os_process *process, const struct jg_os_command *command, int cgroup, struct jg_err *err);

/* Its outcome is known, an errno of a stage of its birth, or 0: `spawned` comes with the next settling. */
void jg_spawn_settled(struct jg_os_process *process, int error, int stage);

/* Waits until none of the processes of `job` is between clone and exec, a little for each. */
void jg_spawn_wait_job(struct jg_os_loop *loop, const struct jg_os_job *job);

/* Waits until this process isn't, a tenth of a second at the most. */
void jg_spawn_wait(struct jg_os_process *process);

#endif
