/*
** cgroupname.h: the names of a run's cgroups, by which those of a dead run are known.
*/
#ifndef JG_CGROUPNAME_H
#define JG_CGROUPNAME_H

#include <sys/types.h>

enum { JG_CGROUPNAME = 32 };

/* That of the directory that holds the jobs of a run: "jghost-PID-" and eight hexadecimal digits. */
void jg_cgroupname_of_jobs(char name[JG_CGROUPNAME], pid_t guard, unsigned unique);

/* That of the directory that the run itself is in, if it needs one: "jghost-PID-itself". */
void jg_cgroupname_of_itself(char name[JG_CGROUPNAME], pid_t guard);

/* The guard in a name that is exactly one of the two; 0: it is neither. */
pid_t jg_cgroupname_guard(const char *name);

#endif
