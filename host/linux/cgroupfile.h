/*
** cgroupfile.h: the files of a cgroup, by its directory.
*/
#ifndef JG_CGROUPFILE_H
#define JG_CGROUPFILE_H

#include <stdint.h>

/* The number behind `key` in a file; -1 if there is no such file or key. An empty key: the first number. */
int64_t jg_cgroupfile_number(int dir, const char *file, const char *key);

/* Calls `visit` for each cgroup inside. */
void jg_cgroupfile_inside(int dir, void (*visit)(int dir, const char *name, void *argument), void *argument);

#endif
