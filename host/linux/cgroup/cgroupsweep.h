/*
** cgroupsweep.h: what dead runs have left of their cgroups.
*/
#ifndef JG_CGROUPSWEEP_H
#define JG_CGROUPSWEEP_H

/* Guard: removes it where a run's cgroups are made, as far as nobody is in them: in its own cgroup, and for root at the
** top of the tree. */
void jg_cgroup_sweep(void);

#endif
