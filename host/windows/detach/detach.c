/*
** detach.c: the harness asks the guard to detach.
**
** One at a time, in the page that both share. The program is looked for here, in the script's folder and environment;
** the guard only starts it.
*/
#include "detach.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "../loop/loop.h"
#include "../process/plan.h"
#include "../state.h"
#include "detacher.h"

struct jg_os_detach {
    struct jg_os_detach *next;
    struct jg_os_loop *loop;
    jg_os_detached_fn *answered; /* NULL: nobody wants to know */
    void *owner;
    struct jg_plan plan;
    char command[JG_DETACHED_COMMAND];
    HANDLE section; /* of its texts; NULL: it hasn't been asked for */
};

static void dispose(struct jg_os_detach *request)
{
    if (request->section != NULL)
        CloseHandle(request->section);
    jg_plan_free(&request->plan);
    free(request);
}

/* ---- what is handed to the guard ---- */

/* With the zero, or the two zeros, that end it. */
static DWORD measure(const wchar_t *text, bool is_block)
{
    DWORD length = 0;
    while (text[length] != L'\0' || (is_block && text[length + 1] != L'\0'))
        length++;
    return length + (is_block ? 2 : 1);
}

static bool pack(struct jg_os_detach *request, DWORD *length)
{
    const wchar_t *texts[] = {[JG_DETACH_PROGRAM] = request->plan.program,
                              [JG_DETACH_LINE] = request->plan.line,
                              [JG_DETACH_FOLDER] = request->plan.folder,
                              [JG_DETACH_ENVIRONMENT] = request->plan.environment};
    DWORD count = 0;
    for (int i = 0; i < JG_DETACH_TEXTS; i++)
        count += length[i] = measure(texts[i], i == JG_DETACH_ENVIRONMENT);
    request->section =
        CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, count * (DWORD)sizeof(wchar_t), NULL);
    wchar_t *to = request->section != NULL ? MapViewOfFile(request->section, FILE_MAP_WRITE, 0, 0, 0) : NULL;
    if (to == NULL)
        return false;
    for (int i = 0; i < JG_DETACH_TEXTS; to += length[i++])
        wmemcpy(to, texts[i], length[i]);
    UnmapViewOfFile(to - count);
    return true;
}

static bool ask(struct jg_os_detach *request, struct jg_err *err)
{
    struct jg_detach_slot *slot = &jg_state.shared->detach;
    bool ok = pack(request, slot->length);
    if (ok) {
        slot->section = request->section;
        memcpy(slot->stdio, request->plan.stdio, sizeof slot->stdio);
        memcpy(slot->command, request->command, sizeof slot->command);
        ok = SetEvent(slot->asked);
    }
    return ok || jg_err_set(err, (int)GetLastError(), jg_detacher_what(JG_DETACHER_AT_START));
}

/* ---- the queue ---- */

static void leave(struct jg_detach_queue *queue, struct jg_os_detach *request)
{
    struct jg_os_detach **link = &queue->first;
    while (*link != request)
        link = &(*link)->next;
    *link = request->next;
    if (request->next == NULL)
        queue->last = link;
}

static void answer_first(struct jg_os_loop *loop, const struct jg_os_detached *detached, const struct jg_err *err)
{
    struct jg_os_detach *request = loop->detach.first;
    leave(&loop->detach, request);
    if (request->answered != NULL)
        request->answered(request->owner, detached, err);
    dispose(request);
}

/* In the loop's thread. */
static void on_answer(struct jg_event *event)
{
    struct jg_os_loop *loop = JG_CONTAINER(event, struct jg_os_loop, detach.event);
    const struct jg_detach_slot *slot = &jg_state.shared->detach;
    struct jg_err err;
    if (slot->error == 0) {
        answer_first(loop, &(struct jg_os_detached){.pid = slot->pid, .started = (double)slot->when}, NULL);
    } else {
        jg_err_set(&err, slot->error, jg_detacher_what(slot->stage));
        answer_first(loop, NULL, &err);
    }
    while (loop->detach.first != NULL && !ask(loop->detach.first, &err))
        answer_first(loop, NULL, &err);
}

/* In a thread of the pool's. */
static void CALLBACK on_answered(void *argument, BOOLEAN timed_out)
{
    struct jg_os_loop *loop = argument;
    (void)timed_out;
    jg_event_post(loop, &loop->detach.event);
}

static bool wait_for_answers(struct jg_os_loop *loop, struct jg_err *err)
{
    return loop->detach.wait != NULL ||
           RegisterWaitForSingleObject(&loop->detach.wait, jg_state.shared->detach.answered, on_answered, loop,
                                       INFINITE, WT_EXECUTEINWAITTHREAD) ||
           jg_err_set(err, (int)GetLastError(), jg_detacher_what(JG_DETACHER_AT_START));
}

/* ---- a request ---- */

/* The guard makes inheritable copies of its own; meanwhile nobody whom we start has these. */
static bool keep_to_ourselves(const struct jg_plan *plan)
{
    for (int i = 0; i < 3; i++)
        if (plan->stdio[i] != NULL && !SetHandleInformation(plan->stdio[i], HANDLE_FLAG_INHERIT, 0))
            return false;
    return true;
}

static bool fill(struct jg_os_detach *request, const struct jg_os_command *command, struct jg_err *err)
{
    struct jg_os_command full = *command;
    if (full.cwd == NULL)
        full.cwd = "."; /* the plan has full paths */
    if (full.env == NULL)
        full.env = jg_os_environment();
    jg_detached_join(request->command, sizeof request->command, command->argv);
    return jg_plan_make(&request->plan, &full, err) &&
           (keep_to_ourselves(&request->plan) ||
            jg_err_set(err, (int)GetLastError(), jg_detacher_what(JG_DETACHER_AT_START)));
}

bool jg_os_may_detach(struct jg_err *err)
{
    return jg_state.shared->detach.asked != NULL ||
           jg_err_set(err, ERROR_ACCESS_DENIED, "jghost was started without --allow-detach: cannot detach");
}

bool jg_os_detach(struct jg_os_loop *loop, const struct jg_os_command *command, jg_os_detached_fn *answered,
                  void *owner, struct jg_os_detach **result, struct jg_err *err)
{
    if (!jg_os_may_detach(err) || !wait_for_answers(loop, err))
        return false;
    struct jg_os_detach *request = calloc(1, sizeof *request);
    if (request == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, jg_detacher_what(JG_DETACHER_AT_START));
    request->loop = loop;
    request->answered = answered;
    request->owner = owner;
    if (!fill(request, command, err) || (loop->detach.first == NULL && !ask(request, err))) {
        dispose(request);
        return false;
    }
    *loop->detach.last = request;
    loop->detach.last = &request->next;
    *result = request;
    return true;
}

void jg_os_detach_release(struct jg_os_detach *request)
{
    request->answered = NULL;
    if (request->section != NULL)
        return; /* it may have happened; its answer is awaited for the next one's sake */
    leave(&request->loop->detach, request);
    dispose(request);
}

void jg_detach_open(struct jg_os_loop *loop)
{
    loop->detach = (struct jg_detach_queue){.event.ready = on_answer, .last = &loop->detach.first};
}

void jg_detach_close(struct jg_os_loop *loop)
{
    if (loop->detach.wait != NULL)
        UnregisterWaitEx(loop->detach.wait, INVALID_HANDLE_VALUE); /* no callback runs any more */
    jg_event_remove(loop, &loop->detach.event);
    while (loop->detach.first != NULL) {
        struct jg_os_detach *request = loop->detach.first;
        leave(&loop->detach, request);
        dispose(request);
    }
}
