/*
** stage.h: the moments of the start-up, of a spawn and of a detaching at which a test ends a process.
**
** The guarantee is about every instruction between two of these, so the tests must be able to stop
** at each. The product never sets the hook; tests/fault does, in a program of its own that is linked
** from the same objects.
*/
#ifndef JG_STAGE_H
#define JG_STAGE_H

#define JG_STAGES(X) \
    X(GUARD_BEGINS, "guard-begins") \
    X(JOB_CREATED, "job-created") \
    X(HARNESS_BORN, "harness-born") \
    X(HARNESS_CREATED, "harness-created") \
    X(HARNESS_ASSIGNED, "harness-assigned") \
    X(HARNESS_BOUND, "harness-bound") \
    X(EVENT_SIGNALLED, "event-signalled") \
    X(HARNESS_RELEASED, "harness-released") \
    X(INIT_BEGINS, "init-begins") \
    X(HARNESS_ENTERED, "harness-entered") \
    X(SCRIPT_BEGINS, "script-begins") \
    X(PROCESS_SUSPENDED, "process-suspended") \
    X(DETACHER_BORN, "detacher-born") \
    X(DETACHED_BORN, "detached-born") \
    X(DETACHED_LOGGED, "detached-logged") \
    X(DETACHED_RESUMED, "detached-resumed") \
    X(SCRIPT_ENDED, "script-ended") \
    X(JOB_EMPTY, "job-empty")

enum jg_stage {
#define JG_STAGE_ENUM(stage, name) JG_STAGE_##stage,
    JG_STAGES(JG_STAGE_ENUM)
#undef JG_STAGE_ENUM
};

extern void (*jg_stage_hook)(enum jg_stage stage);

/* Tells the hook, if there is one, that this process has come to `stage`. */
void jg_stage(enum jg_stage stage);

#endif
