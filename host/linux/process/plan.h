/*
** plan.h: a command, copied and made ready for execve.
*/
#ifndef JG_PLAN_H
#define JG_PLAN_H

#include "../../os.h"

/* One allocation: free() it. */
struct jg_plan {
    char **argv, **env;
    char **candidates; /* what to execve, in this order */
    char *cwd;         /* or NULL */
};

/* Copies all but the descriptors, which aren't in it. NULL with errno if the command is empty or there is no memory. */
struct jg_plan *jg_plan_make(const struct jg_os_command *command);

/* Becomes the command, by execvp's rules, but never by a shell for what the kernel can't execute. Returns only if it
** can't be run: an errno. */
int jg_plan_exec(const struct jg_plan *plan);

#endif
