/*
** world.h: what the tests of jobs and processes have in common: a loop, a child, a job's owner.
*/
#ifndef WORLD_H
#define WORLD_H

#include <fcntl.h>
#include <io.h>
#include <uv.h>

#include "../../../host/os.h"
#include "../check.h"
#include "play.h"

static uv_loop_t uv;
static struct jg_os_loop *loop;
static struct jg_err err;
static char *program;

struct child {
    struct jg_os_process *process;
    struct jg_os_status status;
    int spawned, ended, after_emptied;
};

struct box { /* a job's owner */
    struct jg_os_job *job;
    int emptied;
};

static int order; /* counts callbacks that came before the function that asked had returned */

static inline void on_spawned(void *owner, const struct jg_err *error)
{
    struct child *child = owner;
    child->spawned += error == NULL ? 1 : 100;
    order++;
}

static inline void on_ended(void *owner, const struct jg_os_status *status)
{
    struct child *child = owner;
    CHECK(child->spawned == 1);
    child->ended++;
    child->status = *status;
}

static inline void on_emptied(void *owner)
{
    struct box *box = owner;
    box->emptied++;
}

static const struct jg_os_process_events events = {on_spawned, on_ended};

static inline void on_alarm(uv_timer_t *timer)
{
    *(int *)timer->data = 1;
}

/* Turns the loop until *counter is at least `wanted`; false: not within `milliseconds`. */
static inline int turn_until(const int *counter, int wanted, unsigned milliseconds)
{
    uv_timer_t timer;
    int rung = 0;
    uv_timer_init(&uv, &timer);
    timer.data = &rung;
    uv_timer_start(&timer, on_alarm, milliseconds, 0);
    while (*counter < wanted && !rung) {
        jg_os_loop_settle(loop, true);
        if (*counter < wanted && !jg_os_loop_linger(loop))
            uv_run(&uv, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&uv, UV_RUN_NOWAIT);
    return *counter >= wanted;
}

/* Wine 8 on a busy machine: one new process in some thousands doesn't come up, and CreateProcessW says this. */
static inline int spawn_with(struct child *child, struct jg_os_job *job, struct jg_os_command command)
{
    for (int i = 0;; i++) {
        memset(child, 0, sizeof *child);
        if (jg_os_spawn(loop, job, &command, &events, child, &child->process, &err))
            return 1;
        if (err.native != ERROR_INTERNAL_ERROR || i == 2)
            return 0;
    }
}

static inline int spawn(struct child *child, struct jg_os_job *job, char *verb, char *argument)
{
    char *argv[] = {program, verb, argument, NULL};
    return spawn_with(child, job, (struct jg_os_command){.argv = argv, .stdio = {-1, -1, -1}});
}

static inline struct jg_os_job *make_job(struct box *box, struct jg_os_job *parent)
{
    struct jg_os_job_options options = {0};
    memset(box, 0, sizeof *box);
    CHECK(jg_os_job_create(loop, parent, &options, on_emptied, box, &box->job, &err));
    return box->job;
}

/* Not by GetProcessHandleCount, which Wine doesn't have. */
static inline int handles(void)
{
    int count = 0;
    DWORD flags;
    for (ULONG_PTR value = 4; value < 65536; value += 4)
        count += GetHandleInformation((HANDLE)value, &flags) != 0;
    return count;
}

struct test {
    const char *name;
    void (*run)(void);
};

/* In a job, as the guard puts the harness into one. Returns the exit status. */
static inline int run_tests(int argc, char **argv, const struct test *tests, size_t count)
{
    GetModuleFileNameW(NULL, self, MAX_PATH);
    _setmode(1, _O_BINARY);
    if (argc > 1)
        return play(argv);
    program = jg_narrow(self);
    CHECK(AssignProcessToJobObject(CreateJobObjectW(NULL, NULL), GetCurrentProcess()));
    CHECK(uv_loop_init(&uv) == 0 && jg_os_loop_open(&loop, &uv, &err));
    for (size_t i = 0; i < count; i++) {
        int before = checks_failed;
        tests[i].run();
        if (checks_failed > before)
            printf("      in %s\n", tests[i].name);
    }
    jg_os_loop_close(loop);
    uv_run(&uv, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&uv) == 0);
    return check_result();
}

#endif
