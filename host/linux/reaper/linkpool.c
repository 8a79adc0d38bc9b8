/*
** linkpool.c: reapers whose jobs are over, kept for later jobs in the same place.
**
** To fork a reaper and to wait until it is ready costs more than everything else that a short job needs. One that
** has said that it has no child has no descendant, either, and gets none unless we ask for it: nothing of the old
** job can be in the next one. It hasn't said so of the reapers inside of it, who may be killed and leave it their
** orphans: so whoever had any isn't used again, nor is an isolated job's, which is a namespace of its own.
** Should somebody stop a kept one, its parent continues it, as it does with all others.
*/
#define _GNU_SOURCE
#include "linkpool.h"

#include <poll.h>
#include <stdlib.h>

#include "../job/job.h"
#include "linkwork.h"

enum { POOL_SIZE = 16 };

static struct jg_link_pool *place_of(const struct jg_os_job *job)
{
    struct jg_link *outer = jg_job_nearest_link(job->parent);
    return outer != NULL ? &outer->pool : &job->loop->reapers;
}

/* Not if the one around it has been ended, and made anew, meanwhile. */
static bool is_in_place(const struct jg_link *link)
{
    const struct jg_link *outer = jg_job_nearest_link(link->job->parent);
    return outer == NULL || (outer->state == JG_LINK_OPEN && outer->made == link->inside);
}

static struct jg_link *take(struct jg_link_pool *pool, struct jg_link **at)
{
    struct jg_link *link = *at;
    *at = link->next;
    link->next = NULL;
    link->place = NULL;
    pool->count--;
    return link;
}

/* It says nothing while it lives. */
static bool lives(const struct jg_link *link)
{
    struct pollfd handles[] = {{.fd = link->socket, .events = POLLIN}, {.fd = link->pidfd, .events = POLLIN}};
    return poll(handles, 2, 0) == 0;
}

bool jg_link_keep(struct jg_link *link)
{
    const struct jg_os_job *job = link->job;
    struct jg_link_pool *pool = place_of(job);
    if (job->isolate || job->loop->closing || link->outer || pool->count == POOL_SIZE)
        return false;
    if (link->state != JG_LINK_OPEN || link->empty != link->sent || !is_in_place(link))
        return false;
    jg_link_close_fd(&link->spare);
    link->job = NULL;
    link->place = pool;
    link->next = pool->first;
    pool->first = link;
    pool->count++;
    return true;
}

struct jg_link *jg_link_reuse(struct jg_os_job *job)
{
    struct jg_link_pool *pool = place_of(job);
    while (!job->isolate && pool->first != NULL) {
        struct jg_link *link = take(pool, &pool->first);
        if (lives(link)) {
            link->job = job;
            jg_link_reserve(job->loop, &link->spare);
            return link;
        }
        jg_link_free(link);
    }
    return NULL;
}

void jg_link_revise(struct jg_link *link)
{
    struct jg_link **at = &link->place->first;
    if (lives(link))
        return;
    while (*at != link)
        at = &(*at)->next;
    jg_link_free(take(link->place, at));
}

bool jg_link_pool_reapers(const struct jg_link_pool *pool, struct jg_pids *reapers)
{
    bool ok = true;
    for (const struct jg_link *link = pool->first; link != NULL; link = link->next)
        ok = jg_pids_add(reapers, link->pid) && ok;
    return ok;
}

void jg_link_pool_close(struct jg_link_pool *pool)
{
    while (pool->first != NULL)
        jg_link_free(take(pool, &pool->first));
}
