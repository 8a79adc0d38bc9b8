/*
** linkpool.h: reapers whose jobs are over, kept for later jobs in the same place.
*/
#ifndef JG_LINKPOOL_H
#define JG_LINKPOOL_H

#include <stdbool.h>

#include "../procfs/pids.h"

struct jg_link;
struct jg_os_job;

/* Those in one place: started by init, or by the reaper of one job. All zeroes is an empty one. */
struct jg_link_pool {
    struct jg_link *first;
    int count;
};

/* Keeps the link of a job that is over, and owns it. False: its reaper isn't fit for another, or there are enough. */
bool jg_link_keep(struct jg_link *link);

/* A link for this job, which it is given; or NULL. */
struct jg_link *jg_link_reuse(struct jg_os_job *job);

/* Something is to be read from a kept one, or was: if its reaper is gone, forgets it. */
void jg_link_revise(struct jg_link *link);

/* Adds the reapers that are kept. False with errno: some are missing. */
bool jg_link_pool_reapers(const struct jg_link_pool *pool, struct jg_pids *reapers);

/* Ends and frees all that are kept. */
void jg_link_pool_close(struct jg_link_pool *pool);

#endif
