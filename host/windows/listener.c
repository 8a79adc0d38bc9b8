/*
** listener.c: lets others attach to this harness.
**
** A named pipe with the guard's number in its name; it vanishes with the process. Who may open it is the system's to
** check: with no descriptor of our own, that is our user, the administrators and the system, and nobody over a network.
*/
#include "listener.h"

#include <stdlib.h>

#include "loop.h"
#include "pipename.h"
#include "state.h"

enum { BUFFER = 65536 };

struct jg_listener {
    struct jg_event event; /* somebody has connected */
    struct jg_os_loop *loop;
    jg_os_attached_fn *attached;
    void *owner;
    wchar_t name[JG_PIPE_NAME_SIZE];
    HANDLE pipe; /* the instance that is waiting; NULL: none */
    HANDLE wait; /* the thread pool's */
    OVERLAPPED connecting;
    bool connected; /* at once, without any of that */
};

/* In a thread of the pool's. */
static void CALLBACK on_connected(void *argument, BOOLEAN timed_out)
{
    struct jg_listener *listener = argument;
    (void)timed_out;
    jg_event_post(listener->loop, &listener->event);
}

/* Nobody else's pipe of that name is taken for ours: the first instance must be the first. */
static bool make_pipe(struct jg_listener *listener, bool first)
{
    DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
    HANDLE pipe = CreateNamedPipeW(listener->name, mode, PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
                                   PIPE_UNLIMITED_INSTANCES, BUFFER, BUFFER, 0, NULL);
    listener->pipe = pipe != INVALID_HANDLE_VALUE ? pipe : NULL;
    return listener->pipe != NULL;
}

static bool await(struct jg_listener *listener)
{
    for (;;) {
        ResetEvent(listener->connecting.hEvent);
        DWORD error = ConnectNamedPipe(listener->pipe, &listener->connecting) ? ERROR_PIPE_CONNECTED : GetLastError();
        listener->connected = error == ERROR_PIPE_CONNECTED; /* between the pipe's making and this call */
        if (listener->connected)
            SetEvent(listener->connecting.hEvent);
        if (error != ERROR_NO_DATA)
            return listener->connected || error == ERROR_IO_PENDING;
        DisconnectNamedPipe(listener->pipe); /* and has gone again */
    }
}

/* In the loop's thread. */
static void on_ready(struct jg_event *event)
{
    struct jg_listener *listener = JG_CONTAINER(event, struct jg_listener, event);
    DWORD none;
    int descriptors[2];
    if (listener->pipe == NULL || (!listener->connected && !HasOverlappedIoCompleted(&listener->connecting)))
        return;
    bool connected = listener->connected || GetOverlappedResult(listener->pipe, &listener->connecting, &none, FALSE);
    HANDLE pipe = listener->pipe;
    ResetEvent(listener->connecting.hEvent);
    if (!make_pipe(listener, false) || !await(listener))
        listener->pipe = NULL; /* nobody else can come */
    if (!connected) {
        CloseHandle(pipe);
        return;
    }
    jg_pipe_descriptors(pipe, descriptors);
    if (descriptors[0] != -1)
        listener->attached(listener->owner, descriptors);
}

static bool start(struct jg_listener *listener)
{
    listener->connecting.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    return listener->connecting.hEvent != NULL && make_pipe(listener, true) && await(listener) &&
           RegisterWaitForSingleObject(&listener->wait, listener->connecting.hEvent, on_connected, listener, INFINITE,
                                       WT_EXECUTEINWAITTHREAD);
}

bool jg_os_attach_listen(struct jg_os_loop *loop, jg_os_attached_fn *attached, void *owner, struct jg_err *err)
{
    struct jg_listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, "cannot listen for those who attach");
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
    if (listener == NULL)
        return;
    if (listener->wait != NULL)
        UnregisterWaitEx(listener->wait, INVALID_HANDLE_VALUE); /* no callback runs any more */
    jg_event_remove(listener->loop, &listener->event);
    if (listener->pipe != NULL) {
        DWORD none;
        if (!listener->connected) {
            CancelIoEx(listener->pipe, &listener->connecting);
            GetOverlappedResult(listener->pipe, &listener->connecting, &none, TRUE); /* its memory is ours again */
        }
        CloseHandle(listener->pipe);
    }
    if (listener->connecting.hEvent != NULL)
        CloseHandle(listener->connecting.hEvent);
    free(listener);
}
