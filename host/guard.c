/*
** guard.c: the first of the two processes.
**
** This is the process that the user started and that the user's shell waits for. It is needed
** because a process can't put itself out of reach of its own death: whoever holds the job's handle
** must be outside of the job, and must do so little that nothing but a kill can end it. It has one
** thread, no Lua and no event loop. It ends when the job is empty, with the harness's exit status;
** if it is ended earlier, by anything, its handle is closed with it and the system ends the job.
**
**   1  create the kill-on-close job
**   2  create the harness, handing it a handle to this process and the event
**   3  put the harness in the job
**   4  signal the event
**   5  wait
**
** Ended before 2, there is nothing to leave behind. Between 2 and 3 the harness sees the handle to
** this process signalled, and exits having started nothing. After 3 the system ends the job. Where
** the system can do 2 and 3 at once, they are.
*/
#include "guard.h"

#include <stdio.h>

#include "command.h"
#include "exit.h"
#include "harness.h"
#include "os.h"
#include "stage.h"

static int exit_status(const struct jg_exit *result, bool timed_out)
{
    if (timed_out)
        return JG_EXIT_TIMED_OUT;
    if (result->signal == 0)
        return (int)result->code;
    jg_os_die_as(result);
    return JG_EXIT_SIGNAL + result->signal;
}

/* The five steps, once, at one level. */
static bool attempt(enum jg_level level, struct jg_command *command, int *status, struct jg_err *err)
{
    struct jg_os_run *run = NULL;
    struct jg_exit result = {0};
    bool timed_out = false;
    jg_stage(JG_STAGE_GUARD_BEGINS);
    bool ok = jg_os_run_create(&run, level, command->allow_detach, err);
    jg_stage(JG_STAGE_JOB_CREATED);
    ok = ok && jg_os_run_start(run, jg_harness_main, command, err);
    jg_stage(JG_STAGE_HARNESS_CREATED);
    ok = ok && jg_os_run_assign(run, err);
    jg_stage(JG_STAGE_HARNESS_ASSIGNED);
    ok = ok && jg_os_run_signal(run, err);
    jg_stage(JG_STAGE_EVENT_SIGNALLED);
    ok = ok && jg_os_run_wait(run, command->timeout, &result, &timed_out, err);
    jg_stage(JG_STAGE_JOB_EMPTY);
    jg_os_run_close(run);
    if (ok && timed_out)
        fprintf(stderr, "jghost: the time, %g s, is up\n", command->timeout);
    if (ok)
        *status = exit_status(&result, timed_out);
    return ok;
}

static int refuse_level(const char *option, enum jg_level level)
{
    fprintf(stderr, "jghost: --%s=%s: this system has no such level; its strongest is %s\n", option,
            jg_level_name(level), jg_level_name(jg_os_strongest()));
    return JG_EXIT_GUARD_FAILED;
}

static int refuse_shortage(enum jg_level level, const struct jg_err *err)
{
    char reason[160];
    fprintf(stderr, "jghost: cannot enter level '%s' just now: %s: %s\n", jg_level_name(level), err->what,
            jg_os_err_text(err->native, reason, sizeof reason));
    return JG_EXIT_GUARD_FAILED;
}

/* Looks at other runs, and starts nothing of its own: the level is the one from which they can be seen. */
static bool looks_at_others(const struct jg_command *command)
{
    return command->mode == JG_MODE_LIST || command->mode == JG_MODE_ATTACH;
}

/*
** From the strongest level down to the weakest that the user accepts; nothing is weakened in silence. What is lacking
** at the moment, such as a number of processes, says nothing about the level: a run mustn't be weaker because of that.
*/
int jg_guard_main(struct jg_command *command)
{
    if (looks_at_others(command)) {
        command->level = command->require = jg_os_level_to_attach();
        command->has_level = true;
    }
    enum jg_level strongest = command->has_level ? command->level : jg_os_strongest();
    enum jg_level weakest = command->has_level ? command->level : command->require;
    if (command->require > jg_os_strongest())
        return refuse_level("require", command->require);
    if (strongest > jg_os_strongest() || strongest < jg_os_weakest())
        return refuse_level("level", strongest);
    if (weakest < jg_os_weakest())
        weakest = jg_os_weakest();
    if (strongest < command->require) {
        fprintf(stderr, "jghost: --level=%s is below --require=%s\n", jg_level_name(strongest),
                jg_level_name(command->require));
        return JG_EXIT_GUARD_FAILED;
    }
    for (int level = (int)strongest; level >= (int)weakest; level--) {
        struct jg_err err = {0};
        int status;
        if (attempt((enum jg_level)level, command, &status, &err))
            return status;
        if (jg_err_is_shortage(&err))
            return refuse_shortage((enum jg_level)level, &err);
        jg_os_run_refused((enum jg_level)level, &err);
    }
    fprintf(stderr, "jghost: no guarantee of %s'%s' is to be had: %s\n", command->has_level ? "" : "at least ",
            jg_level_name(weakest), jg_os_guarantee()->why);
    return JG_EXIT_GUARD_FAILED;
}
