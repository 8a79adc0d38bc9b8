/*
** detacher.c: the guard starts what is meant to outlive the run.
**
** The guard is outside of the run's job, and so is what it starts. What is to be in the log before it runs has to be
** created suspended, and who creates suspended may be ended before he resumes: so it is born in a job of its own that
** is kill-on-close, and only when it has been logged and resumed, that job is told to let it live. Ended at any moment,
** the guard leaves nothing that isn't in the log.
*/
#include "detacher.h"

#include <stdlib.h>
#include <string.h>

#include "../../stage.h"
#include "../process/birth.h"
#include "../state.h"
#include "detachedlog.h"

enum { MOST_CHARACTERS = 1 << 23 };

bool jg_detacher_open(struct jg_detacher *detacher, struct jg_err *err)
{
    detacher->asked = CreateEventW(NULL, FALSE, FALSE, NULL);
    if (detacher->asked != NULL)
        detacher->answered = CreateEventW(NULL, FALSE, FALSE, NULL);
    return detacher->answered != NULL || jg_err_set(err, (int)GetLastError(), "cannot make the events for detaching");
}

const char *jg_detacher_what(int stage)
{
    static const char *const what[] = {
        [JG_DETACHER_AT_START] = "cannot start a process",
        [JG_DETACHER_AT_RUN] = "cannot run",
        [JG_DETACHER_AT_LOG] = NULL,
    };
    return stage == JG_DETACHER_AT_LOG ? jg_detachedlog_what() : what[stage];
}

/* ---- what is asked for ---- */

/* The texts, copied: nobody else can change them any more. */
static wchar_t *copy_texts(HANDLE harness, const struct jg_detach_slot *slot, size_t count)
{
    HANDLE section;
    if (!DuplicateHandle(harness, slot->section, GetCurrentProcess(), &section, FILE_MAP_READ, FALSE, 0))
        return NULL;
    wchar_t *texts = malloc(count * sizeof *texts);
    const void *view = texts != NULL ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, count * sizeof *texts) : NULL;
    if (view != NULL) {
        memcpy(texts, view, count * sizeof *texts);
        UnmapViewOfFile(view);
    } else {
        free(texts);
        texts = NULL;
    }
    CloseHandle(section);
    return texts;
}

/* Each must be ended as it was announced, the environment by two zeros. */
static bool split(wchar_t *texts, const DWORD *length, wchar_t **part)
{
    for (int i = 0; i < JG_DETACH_TEXTS; i++) {
        DWORD zeros = i == JG_DETACH_ENVIRONMENT ? 2 : 1;
        for (DWORD zero = 1; zero <= zeros; zero++)
            if (length[i] < zeros || texts[length[i] - zero] != L'\0')
                return false;
        part[i] = texts;
        texts += length[i];
    }
    return true;
}

static bool take_handles(HANDLE harness, const struct jg_detach_slot *slot, struct jg_plan *plan)
{
    for (int i = 0; i < 3; i++)
        if (slot->stdio[i] != NULL && !DuplicateHandle(harness, slot->stdio[i], GetCurrentProcess(), &plan->stdio[i], 0,
                                                       TRUE, DUPLICATE_SAME_ACCESS))
            return false;
    return true;
}

/* ---- starting it ---- */

static bool set_limits(HANDLE job, DWORD flags)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = flags};
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
}

static bool failed(struct jg_detach_slot *slot, int error, int stage)
{
    slot->error = error != 0 ? error : ERROR_GEN_FAILURE;
    slot->stage = stage;
    return false;
}

/* Closing the job ends it, unless it was told not to. */
static bool let_run(HANDLE job, const PROCESS_INFORMATION *created, struct jg_detach_slot *slot)
{
    struct jg_detached entry;
    struct jg_detachedlog log;
    jg_stage(JG_STAGE_DETACHED_BORN);
    if (!jg_detachedlog_enter(&log, created->hProcess, slot->command, &entry))
        return failed(slot, (int)GetLastError(), JG_DETACHER_AT_LOG);
    jg_stage(JG_STAGE_DETACHED_LOGGED);
    bool ok = ResumeThread(created->hThread) != (DWORD)-1;
    jg_stage(JG_STAGE_DETACHED_RESUMED);
    ok = ok && set_limits(job, 0);
    if (!ok) {
        failed(slot, (int)GetLastError(), JG_DETACHER_AT_START);
        jg_detachedlog_undo(&log);
    }
    jg_detachedlog_close(&log);
    slot->pid = entry.pid;
    slot->when = entry.when;
    return ok;
}

static bool start_in(HANDLE job, const struct jg_plan *plan, struct jg_detach_slot *slot)
{
    PROCESS_INFORMATION created;
    struct jg_err err;
    if (!set_limits(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE))
        return failed(slot, (int)GetLastError(), JG_DETACHER_AT_START);
    if (!jg_birth_suspended(job, plan, &created, &err))
        return failed(slot, err.native,
                      strcmp(err.what, jg_detacher_what(JG_DETACHER_AT_RUN)) == 0 ? JG_DETACHER_AT_RUN
                                                                                  : JG_DETACHER_AT_START);
    bool ok = let_run(job, &created, slot);
    CloseHandle(created.hThread);
    CloseHandle(created.hProcess);
    return ok;
}

static void start(const struct jg_plan *plan, struct jg_detach_slot *slot)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job == NULL) {
        failed(slot, (int)GetLastError(), JG_DETACHER_AT_START);
        return;
    }
    start_in(job, plan, slot);
    CloseHandle(job);
}

static void detach(HANDLE harness, struct jg_detach_slot *slot)
{
    wchar_t *part[JG_DETACH_TEXTS];
    struct jg_plan plan = {0};
    size_t count = 0;
    for (int i = 0; i < JG_DETACH_TEXTS; i++)
        count += slot->length[i];
    wchar_t *texts = count < MOST_CHARACTERS ? copy_texts(harness, slot, count) : NULL;
    if (texts == NULL || !split(texts, slot->length, part) || !take_handles(harness, slot, &plan)) {
        failed(slot, texts == NULL ? (int)GetLastError() : ERROR_INVALID_DATA, JG_DETACHER_AT_START);
    } else {
        plan.program = part[JG_DETACH_PROGRAM];
        plan.line = part[JG_DETACH_LINE];
        plan.folder = part[JG_DETACH_FOLDER];
        plan.environment = part[JG_DETACH_ENVIRONMENT];
        start(&plan, slot);
    }
    for (int i = 0; i < 3; i++)
        if (plan.stdio[i] != NULL)
            CloseHandle(plan.stdio[i]);
    free(texts);
}

void jg_detacher_serve(const struct jg_detacher *detacher, HANDLE harness)
{
    struct jg_detach_slot *shared = &jg_state.shared->detach, slot = *shared;
    slot.error = 0;
    slot.command[sizeof slot.command - 1] = '\0';
    detach(harness, &slot);
    shared->pid = slot.pid;
    shared->when = slot.when;
    shared->stage = slot.stage;
    shared->error = slot.error;
    SetEvent(detacher->answered);
}
