/*
** idmap.h: the id maps of a user namespace.
*/
#ifndef JG_IDMAP_H
#define JG_IDMAP_H

#include <stdbool.h>
#include <sys/types.h>

/* Maps this user and group, and nobody else, into the user namespace that this process is the first of: the numbers
** that it had before. False and errno: not so. */
bool jg_idmap_write(uid_t user, gid_t group);

#endif
