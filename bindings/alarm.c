/*
** alarm.c: one-shot timers on libuv's.
**
** libuv frees a timer's memory only in a later turn of the loop, so they are never freed before the
** loop is: a stopped one goes to a list and is used again.
*/
#include <math.h>
#include <stdlib.h>

#include "bindings.h"

struct jg_alarm {
    uv_timer_t timer; /* first: libuv's handle is the alarm */
    struct jg_alarm *next;
    jg_alarm_fn *ring;
    void *owner;
};

static struct jg_alarm *take(struct jg_host *host)
{
    struct jg_alarm *alarm = host->alarms;
    if (alarm != NULL) {
        host->alarms = alarm->next;
        return alarm;
    }
    alarm = malloc(sizeof *alarm);
    if (alarm != NULL)
        uv_timer_init(&host->uv, &alarm->timer);
    return alarm;
}

static void on_timer(uv_timer_t *timer)
{
    struct jg_alarm *alarm = (struct jg_alarm *)timer;
    /* timers run before the poll, which would block although somebody is ready now */
    uv_stop(timer->loop);
    alarm->ring(alarm->owner);
}

struct jg_alarm *jg_alarm_start(struct jg_host *host, double seconds, jg_alarm_fn *ring, void *owner)
{
    struct jg_alarm *alarm = take(host);
    if (alarm == NULL)
        return NULL;
    alarm->ring = ring;
    alarm->owner = owner;
    /* Never ring early: libuv's own idea of now is cut to milliseconds, so one more is needed. Past 292
    ** thousand years nobody will notice the difference. */
    uv_update_time(&host->uv);
    double milliseconds = seconds > 0 ? fmin(ceil(seconds * 1000) + 1, 9e15) : 0;
    uv_timer_start(&alarm->timer, on_timer, (uint64_t)milliseconds, 0);
    return alarm;
}

void jg_alarm_stop(struct jg_host *host, struct jg_alarm *alarm)
{
    uv_timer_stop(&alarm->timer);
    alarm->next = host->alarms;
    host->alarms = alarm;
}

double jg_seconds_now(void)
{
    return (double)uv_hrtime() * 1e-9;
}

struct jg_alarm *jg_alarm_next(struct jg_alarm *alarm)
{
    return alarm->next;
}

double jg_check_seconds(lua_State *L, int index, double absent)
{
    if (lua_isnoneornil(L, index))
        return absent;
    double seconds = luaL_checknumber(L, index);
    luaL_argcheck(L, !isnan(seconds) && seconds >= 0, index, "must be a number of seconds, 0 or more");
    return seconds;
}
