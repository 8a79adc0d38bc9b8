/*
** proctree.h: who descends from whom, by /proc.
*/
#ifndef JG_PROCTREE_H
#define JG_PROCTREE_H

#include "pids.h"

/* All are false with errno if they can't know, or lack descriptors or memory. */

/* Adds the children of this single-threaded process, ended ones that it hasn't reaped among them. */
bool jg_proctree_children(struct jg_pids *children);

/* Adds all who descend from `root`, but `not` and who descend from those. A snapshot. */
bool jg_proctree_descendants(pid_t root, const struct jg_pids * not, struct jg_pids *descendants);

/* The same of all `roots`, of which none descends from another; parents before their children. */
bool jg_proctree_below(const struct jg_pids *roots, struct jg_pids *descendants);

#endif
