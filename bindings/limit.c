/*
** limit.c: what a job may have at most.
*/
#include "limit.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* Of the processor time, that is how exact it is: looking costs time itself. */
static const double SHORTEST_LOOK = 0.01, FRACTION = 0.01; /* seconds; of the limit */

/* Until it can be looked at. */
static const double NEXT_TRY = 0.1; /* seconds */
enum { MOST_MISSED = 10 };

static const double SMALLEST_CPUS = 0.01;

enum { ABSENT = -1 };

static const char *const names[] = {NULL,
#define NAME(limit, name) name,
                                    JG_LIMITS(NAME)
#undef NAME
};

const char *jg_limit_name(enum jg_limit limit)
{
    return names[limit];
}

static double check_number(lua_State *L, int index, const char *function, enum jg_limit limit, double least,
                           const char *expected)
{
    double value = 0;
    if (lua_getfield(L, index, names[limit]) != LUA_TNIL) {
        value = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : NAN;
        if (!(value >= least) || isinf(value) || (limit == JG_LIMIT_PROCESSES && value != floor(value)))
            luaL_error(L, "%s: option '%s' must be %s, not %s", function, names[limit], expected,
                       jg_push_description(L, -1));
    }
    lua_pop(L, 1);
    return value;
}

static double check_memory(lua_State *L, int index, const char *function)
{
    int64_t bytes = jg_bytes_option(L, index, function, names[JG_LIMIT_MEMORY], ABSENT);
    if (bytes == 0)
        luaL_error(L, "%s: option 'memory' must be 1 byte or more, not 0", function);
    return bytes == ABSENT ? 0 : (double)bytes;
}

struct jg_limits jg_check_limits(lua_State *L, int index, const char *function)
{
    struct jg_limits limits = {.best_effort = jg_boolean_option(L, index, function, "best_effort")};
    limits.value[JG_LIMIT_MEMORY] = check_memory(L, index, function);
    limits.value[JG_LIMIT_PROCESSES] = check_number(L, index, function, JG_LIMIT_PROCESSES, 1, "an integer, 1 or more");
    limits.value[JG_LIMIT_CPUS] =
        check_number(L, index, function, JG_LIMIT_CPUS, SMALLEST_CPUS, "a number of processors, 0.01 or more");
    limits.value[JG_LIMIT_CPU_TIME] =
        check_number(L, index, function, JG_LIMIT_CPU_TIME, DBL_MIN, "a number of seconds above 0");
    return limits;
}

/* Once for each limit: a script may make ten thousand jobs. */
static void warn(lua_State *L, enum jg_limit limit, const struct jg_err *err)
{
    struct jg_host *host = jg_host_of(L);
    if (host->warned & 1u << limit)
        return;
    host->warned |= 1u << limit;
    jg_fail(L, err, names[limit]);
    fprintf(stderr, "jghost: warning: %s; going on without, by best_effort\n", lua_tostring(L, -3));
    lua_pop(L, 4);
}

int jg_set_limits(lua_State *L, const struct jg_limits *limits, struct jg_os_job *job)
{
    struct jg_err err;
    for (int limit = 0; limit < JG_LIMIT_COUNT; limit++) {
        if (limits->value[limit] == 0 || jg_os_job_limit(job, (enum jg_limit)limit, limits->value[limit], &err))
            continue;
        if (!limits->best_effort)
            return jg_fail(L, &err, names[limit]);
        warn(L, (enum jg_limit)limit, &err);
    }
    return 0;
}

/* ---- the processor time ---- */

/* The limit can't be reached sooner than by all processors together. */
static void rest_until_due(struct jg_cpu_watch *watch)
{
    double left = (watch->limit - watch->used) / jg_os_processors();
    double soonest = fmax(SHORTEST_LOOK, watch->limit * FRACTION);
    watch->rest = left > 0 ? fmax(left, soonest) : 0;
}

static void end_job(struct jg_cpu_watch *watch)
{
    struct jg_err ignored;
    watch->reached = true;
    jg_os_job_terminate(watch->job, JG_KILLED, &ignored);
}

/*
** A job that can't be watched any more ends, too: better than one without its limit. For want of memory that is at
** once; who can't be looked at may be so for a moment only, and is looked at again for about a second.
*/
static void look(void *owner)
{
    struct jg_cpu_watch *watch = owner;
    struct jg_err ignored;
    jg_cpu_watch_stop(watch);
    if (jg_os_job_cpu_time(watch->job, &watch->used, &ignored)) {
        watch->missed = 0;
        watch->reached = false;
        rest_until_due(watch);
    } else {
        watch->rest = ++watch->missed < MOST_MISSED ? NEXT_TRY : 0;
    }
    watch->since = jg_seconds_now();
    if (watch->rest > 0)
        watch->alarm = jg_alarm_start(watch->host, watch->rest, look, watch);
    if (watch->alarm == NULL)
        end_job(watch);
}

void jg_cpu_watch_init(struct jg_cpu_watch *watch, struct jg_host *host, struct jg_os_job *job, double limit)
{
    *watch = (struct jg_cpu_watch){.host = host, .job = job, .limit = limit};
    if (limit > 0)
        rest_until_due(watch);
}

void jg_cpu_watch_start(struct jg_cpu_watch *watch, double since)
{
    if (watch->limit == 0 || watch->alarm != NULL)
        return;
    double left = watch->rest - (jg_seconds_now() - since);
    watch->since = since;
    if (left > 0)
        watch->alarm = jg_alarm_start(watch->host, left, look, watch);
    if (watch->alarm == NULL)
        look(watch);
}

/* What is left of the rest is for those who come into the job later, who may be many that are short: looking at the end
** of each, or at the start, would cost more than they do. */
void jg_cpu_watch_stop(struct jg_cpu_watch *watch)
{
    if (watch->alarm == NULL)
        return;
    jg_alarm_stop(watch->host, watch->alarm);
    watch->alarm = NULL;
    watch->rest -= jg_seconds_now() - watch->since;
}
