/*
** limit.h: what a job may have at most.
*/
#ifndef JG_LIMIT_H
#define JG_LIMIT_H

#include "bindings.h"

/* The limits of one job, by `enum jg_limit`; 0: none. */
struct jg_limits {
    double value[JG_LIMIT_COUNT];
    bool best_effort; /* one that can't be enforced is a warning */
};

/* A job's processor time, which is watched as long as somebody is in the job. */
struct jg_cpu_watch {
    struct jg_host *host;
    struct jg_os_job *job;
    struct jg_alarm *alarm; /* NULL: nobody is in the job, or it has no such limit, or that is reached */
    double limit;           /* seconds; 0: none */
    double used;            /* when it was last looked at */
    double rest;            /* seconds with somebody in the job until it is looked at; from `since` on, or from when
                               somebody comes */
    double since;           /* since when somebody is in it, or it was last looked at; of the monotonic clock */
    int missed;             /* how often it couldn't be looked at, one after another */
    bool reached;           /* and the job was ended for it */
};

/* Those in the table of options at `index`; raises if one is wrong. */
struct jg_limits jg_check_limits(lua_State *L, int index, const char *function);

/* Sets them before anything is started in the job. 0; or what is to be returned to Lua. */
int jg_set_limits(lua_State *L, const struct jg_limits *limits, struct jg_os_job *job);

/* The watch over a job with this limit, in which nobody is yet; 0: over one without. */
void jg_cpu_watch_init(struct jg_cpu_watch *watch, struct jg_host *host, struct jg_os_job *job, double limit);

/* Somebody is in the job, since then (seconds of the monotonic clock), and is ended if its time is used up; nobody is
** any more, or it isn't ours any more. Both any number of times. */
void jg_cpu_watch_start(struct jg_cpu_watch *watch, double since);
void jg_cpu_watch_stop(struct jg_cpu_watch *watch);

/* As the options name it; NULL for JG_LIMIT_NONE. Static text. */
const char *jg_limit_name(enum jg_limit limit);

#endif
