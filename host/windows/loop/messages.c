/*
** messages.c: what the system has to say of jobs, through one completion port.
**
** A job's handle isn't signalled when it becomes empty, only a message says so. Messages may be lost, as their
** documentation has it: so they are a reason to look, and job.c looks at other times, too.
**
** A message may still be in the port when its job is given up. The port keeps the order, so the job follows through
** it as a last message of our own. The thread that gets that one doesn't free it either: the loop's thread may just
** have taken an event that was posted for the job before. It posts a last event, and who takes that one frees the job.
*/
#include "messages.h"

#include <stdlib.h>

#include "../job/job.h"
#include "../job/limit.h"

enum { BATCH = 64, FREE_JOB = 0x10000, QUIT }; /* above all of the system's messages */

/* False: it was the last message. */
static bool handle(struct jg_os_loop *loop, const OVERLAPPED_ENTRY *entry)
{
    struct jg_os_job *job = (struct jg_os_job *)entry->lpCompletionKey;
    switch (entry->dwNumberOfBytesTransferred) {
    case JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO:
        jg_event_post(loop, &job->event);
        return true;
    case FREE_JOB:
        jg_event_post(loop, &job->gone);
        return true;
    case QUIT:
        return false;
    default:
        jg_limit_message(job, entry->dwNumberOfBytesTransferred);
        return true;
    }
}

static DWORD WINAPI receive(void *argument)
{
    struct jg_os_loop *loop = argument;
    OVERLAPPED_ENTRY entries[BATCH];
    ULONG count;
    bool more = true;
    while (more && GetQueuedCompletionStatusEx(loop->port, entries, BATCH, &count, INFINITE, FALSE))
        for (ULONG i = 0; i < count; i++)
            more = handle(loop, &entries[i]) && more;
    return 0;
}

bool jg_messages_open(struct jg_os_loop *loop, struct jg_err *err)
{
    loop->port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    if (loop->port == NULL)
        return jg_err_set(err, (int)GetLastError(), "cannot open the loop");
    loop->thread = CreateThread(NULL, 0, receive, loop, 0, NULL);
    if (loop->thread == NULL)
        return jg_err_set(err, (int)GetLastError(), "cannot open the loop");
    return true;
}

void jg_messages_close(struct jg_os_loop *loop)
{
    if (loop->thread != NULL) {
        while (!PostQueuedCompletionStatus(loop->port, QUIT, 0, NULL))
            Sleep(1); /* no memory just now */
        WaitForSingleObject(loop->thread, INFINITE);
        CloseHandle(loop->thread);
    }
    if (loop->port != NULL)
        CloseHandle(loop->port);
}

/* In the loop's thread: nobody knows of the job any more. */
static void on_gone(struct jg_event *event)
{
    struct jg_os_job *job = JG_CONTAINER(event, struct jg_os_job, gone);
    jg_event_remove(job->loop, &job->event);
    free(job);
}

bool jg_messages_follow(struct jg_os_loop *loop, struct jg_os_job *job, struct jg_err *err)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT port = {.CompletionKey = job, .CompletionPort = loop->port};
    job->gone.ready = on_gone;
    if (!SetInformationJobObject(job->handle, JobObjectAssociateCompletionPortInformation, &port, sizeof port))
        return jg_err_set(err, (int)GetLastError(), "cannot make a job");
    return true;
}

/* Of whoever is in it all the same, and ends with its last handle. Wine can't, but has counted everybody. */
void jg_messages_stop(struct jg_os_job *job)
{
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT none = {.CompletionPort = NULL};
    SetInformationJobObject(job->handle, JobObjectAssociateCompletionPortInformation, &none, sizeof none);
}

void jg_messages_free(struct jg_os_loop *loop, struct jg_os_job *job)
{
    /* without memory for the message it is better to lose the job's memory, too */
    PostQueuedCompletionStatus(loop->port, FREE_JOB, (ULONG_PTR)job, NULL);
}
