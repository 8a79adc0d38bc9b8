/*
** cgroupfile.h: the files of a cgroup, by its directory.
*/
#ifndef JG_CGROUPFILE_H
#define JG_CGROUPFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "../procfs/pids.h"

struct jg_cgroup;

/* The number behind `key` in a file; -1 if there is no such file or key. An empty key: the first number. */
int64_t jg_cgroupfile_number(int dir, const char *file, const char *key);

/* Is the word in the file? A file that can't be read has none. */
bool jg_cgroupfile_has(int dir, const char *file, const char *word);

/* Writes to a file of a cgroup, even if all descriptors are in use. False: errno says why. */
bool jg_cgroupfile_write(struct jg_cgroup *cgroup, const char *file, const char *text);

/* Adds the pids, as we see them, of those who are in it and in none inside it. False: some may be missing. */
bool jg_cgroupfile_pids(int dir, struct jg_pids *pids);

/* How many are in it, and in none inside it, whom we can't see from our pid namespace; 0 if it can't be read. */
int jg_cgroupfile_unseen(int dir);

/* Moves processes into it, as far as they are still there. */
void jg_cgroupfile_move(const struct jg_pids *pids, int dir);

/* Calls `visit` for each cgroup inside. 0, or an errno if they aren't to be known. */
int jg_cgroupfile_inside(int dir, void (*visit)(int dir, const char *name, void *argument), void *argument);

#endif
