/*
** listener.c: lets others attach to this harness.
**
** A named pipe with the guard's number in its name; it vanishes with the process. Who may open it is the system's to
** check: our user, the administrators and the system, and nobody over a network.
**
** One instance of it waits for the next who comes. The harness may be busy then, so it is a thread of the system's pool
** that makes the one after that; who has connected waits in a list until the loop lets him in.
*/
#include "listener.h"

#include <stdlib.h>

#include "../loop/loop.h"
#include "../state.h"
#include "pipename.h"

enum { BUFFER = 65536 };

/* Somebody who has connected. */
struct visitor {
    struct visitor *next;
    HANDLE pipe;
};

struct jg_listener {
    struct jg_event event; /* there are visitors */
    struct jg_os_loop *loop;
    jg_os_attached_fn *attached;
    void *owner;
    wchar_t name[JG_PIPE_NAME_SIZE];
    SRWLOCK lock;
    struct visitor *visitors; /* under the lock; the rest belongs to the pool's thread as long as it waits */
    HANDLE pipe;              /* the instance that waits; NULL: none */
    HANDLE wait;              /* the pool's */
    OVERLAPPED connecting;
    bool connected; /* at once, without any of that */
};

/* ---- those who come: in a thread of the pool's */

/* The instances have the access of the first one in common. */
static HANDLE make_pipe(const struct jg_listener *listener, DWORD how, SECURITY_ATTRIBUTES *access)
{
    return CreateNamedPipeW(listener->name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | how,
                            PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES, BUFFER, BUFFER, 0,
                            access);
}

/* Nobody else's pipe of that name is taken for ours: the first instance must be the first. */
static HANDLE make_first(const struct jg_listener *listener)
{
    SECURITY_ATTRIBUTES access = {sizeof access, jg_pipe_access(), FALSE};
    if (access.lpSecurityDescriptor == NULL)
        return INVALID_HANDLE_VALUE;
    HANDLE pipe = make_pipe(listener, FILE_FLAG_FIRST_PIPE_INSTANCE, &access);
    DWORD error = GetLastError();
    LocalFree(access.lpSecurityDescriptor);
    SetLastError(error);
    return pipe;
}

static bool await(struct jg_listener *listener)
{
    for (;;) {
        DWORD error = ConnectNamedPipe(listener->pipe, &listener->connecting) ? ERROR_PIPE_CONNECTED : GetLastError();
        listener->connected = error == ERROR_PIPE_CONNECTED; /* between the pipe's making and this call */
        if (listener->connected)
            SetEvent(listener->connecting.hEvent);
        if (error != ERROR_NO_DATA)
            return listener->connected || error == ERROR_IO_PENDING;
        DisconnectNamedPipe(listener->pipe); /* and has gone again */
    }
}

static bool has_come(struct jg_listener *listener)
{
    DWORD none;
    return listener->connected || GetOverlappedResult(listener->pipe, &listener->connecting, &none, FALSE);
}

/* Puts the visitor in the list, and an instance for the next one in the place of his. */
static bool receive(struct jg_listener *listener)
{
    struct visitor *visitor = malloc(sizeof *visitor);
    HANDLE next = visitor != NULL ? make_pipe(listener, 0, NULL) : INVALID_HANDLE_VALUE;
    if (next == INVALID_HANDLE_VALUE) {
        free(visitor);
        return false;
    }
    visitor->pipe = listener->pipe;
    listener->pipe = next;
    AcquireSRWLockExclusive(&listener->lock);
    visitor->next = listener->visitors;
    listener->visitors = visitor;
    ReleaseSRWLockExclusive(&listener->lock);
    jg_event_post(listener->loop, &listener->event);
    return true;
}

/* Also if the connecting was cancelled, which the system does when the thread that began it ends. */
static void CALLBACK on_connected(void *argument, BOOLEAN timed_out)
{
    struct jg_listener *listener = argument;
    (void)timed_out;
    if (!has_come(listener) || !receive(listener))
        DisconnectNamedPipe(listener->pipe); /* who can't be let in is turned away, and the next one may come */
    if (!await(listener)) {
        CloseHandle(listener->pipe);
        listener->pipe = NULL;
    }
}

/* ---- in the loop's thread */

/* One of the visitors, whose pipe is the caller's then; NULL: there are none. */
static HANDLE take(struct jg_listener *listener)
{
    AcquireSRWLockExclusive(&listener->lock);
    struct visitor *visitor = listener->visitors;
    if (visitor != NULL)
        listener->visitors = visitor->next;
    ReleaseSRWLockExclusive(&listener->lock);
    HANDLE pipe = visitor != NULL ? visitor->pipe : NULL;
    free(visitor);
    return pipe;
}

static void on_ready(struct jg_event *event)
{
    struct jg_listener *listener = JG_CONTAINER(event, struct jg_listener, event);
    HANDLE pipe;
    while ((pipe = take(listener)) != NULL) {
        int descriptor = jg_pipe_descriptor(pipe);
        if (descriptor != -1)
            listener->attached(listener->owner, descriptor);
    }
}

/* The event is reset when the wait is over: a thread is woken once for each who comes. */
static bool start(struct jg_listener *listener)
{
    HANDLE pipe = make_first(listener);
    if (pipe == INVALID_HANDLE_VALUE)
        return false;
    listener->pipe = pipe;
    listener->connecting.hEvent = CreateEventW(NULL, FALSE, FALSE, NULL);
    return listener->connecting.hEvent != NULL && await(listener) &&
           RegisterWaitForSingleObject(&listener->wait, listener->connecting.hEvent, on_connected, listener, INFINITE,
                                       WT_EXECUTEINWAITTHREAD);
}

bool jg_os_attach_listen(struct jg_os_loop *loop, jg_os_attached_fn *attached, void *owner, struct jg_err *err)
{
    struct jg_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot listen for those who attach");
    InitializeSRWLock(&listener->lock);
    listener->loop = loop;
    listener->attached = attached;
    listener->owner = owner;
    listener->event.ready = on_ready;
    jg_pipe_name(listener->name, jg_state.shared->guard_pid);
    loop->listener = listener;
    if (start(listener))
        return true;
    jg_err_set(err, (int)GetLastError(), "cannot listen for those who attach");
    jg_listener_close(listener);
    loop->listener = NULL;
    return false;
}

void jg_listener_close(struct jg_listener *listener)
{
    HANDLE pipe;
    DWORD none;
    if (listener == NULL)
        return;
    if (listener->wait != NULL)
        UnregisterWaitEx(listener->wait, INVALID_HANDLE_VALUE); /* no callback runs any more */
    jg_event_remove(listener->loop, &listener->event);
    while ((pipe = take(listener)) != NULL)
        CloseHandle(pipe);
    if (listener->pipe != NULL) {
        if (!listener->connected && CancelIoEx(listener->pipe, &listener->connecting))
            GetOverlappedResult(listener->pipe, &listener->connecting, &none, TRUE); /* its memory is ours again */
        CloseHandle(listener->pipe);
    }
    if (listener->connecting.hEvent != NULL)
        CloseHandle(listener->connecting.hEvent);
    free(listener);
}
