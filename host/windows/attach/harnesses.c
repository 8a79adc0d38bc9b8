/*
** harnesses.c: finds the harnesses that listen, and connects to them.
**
** Each has a pipe with its guard's number in its name, so it is enough to ask for every process whether there is such a
** pipe. Everything else is asked of the system, too: a harness may be busy.
*/
#include <stdio.h>
#include <stdlib.h>

#include <windows.h>

#include "../../os.h"
#include "../native.h"
#include "../process/procline.h"
#include "../process/seen.h"
#include "../wide.h"
#include "pipename.h"

#define EPOCH 116444736000000000 /* 1970, in hundreds of nanoseconds since 1601 */

enum { USER_SIZE = 256, TOKEN_SIZE = 256, TRIES = 100, TRY_AGAIN_MS = 10 };

/* Whether one of its instances waits for somebody or all are taken, it is there. */
static bool listens(ULONG_PTR guard)
{
    wchar_t name[JG_PIPE_NAME_SIZE];
    jg_pipe_name(name, (int64_t)guard);
    return WaitNamedPipeW(name, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
}

/* ---- whose it is ---- */

union token_user {
    TOKEN_USER user;
    char room[TOKEN_SIZE];
};

static bool read_user(HANDLE process, union token_user *user)
{
    HANDLE token;
    DWORD size;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return false;
    bool ok = GetTokenInformation(token, TokenUser, user, sizeof *user, &size);
    CloseHandle(token);
    return ok;
}

/* The user's name in `text`, or NULL; and whether it is ours. */
static const char *user_of(HANDLE process, char text[USER_SIZE], bool *is_us)
{
    union token_user user, ours;
    wchar_t name[USER_SIZE], domain[USER_SIZE];
    DWORD name_size = USER_SIZE, domain_size = USER_SIZE;
    SID_NAME_USE use;
    bool known = process != NULL && read_user(process, &user);
    *is_us = known && read_user(GetCurrentProcess(), &ours) && EqualSid(user.user.User.Sid, ours.user.User.Sid);
    if (!known || !LookupAccountSidW(NULL, user.user.User.Sid, name, &name_size, domain, &domain_size, &use))
        return NULL;
    char *narrow = jg_narrow(name);
    snprintf(text, USER_SIZE, "%s", narrow != NULL ? narrow : "?");
    free(narrow);
    return text;
}

/* ---- its processes ---- */

/*
** The guard's oldest child that is the same program; 0: there is none. It may have others: the system's half of a
** console, and what was detached, which may be a jghost as well, but not before the harness was there.
*/
static ULONG_PTR harness_of(const struct jg_snapshot *snapshot, ULONG_PTR guard)
{
    struct jg_seen ours, seen, oldest = {.created = UINT64_MAX};
    ULONG_PTR harness = 0;
    bool known = jg_snapshot_find(snapshot, guard, &ours);
    for (size_t i = 0; known && i < snapshot->count; i++) {
        ULONG_PTR pid = jg_snapshot_pid(snapshot, i);
        if (jg_snapshot_find(snapshot, pid, &seen) && seen.parent == (int64_t)guard &&
            jg_seen_same_program(&seen, &ours) && seen.created < oldest.created) {
            oldest = seen;
            harness = pid;
        }
    }
    return harness;
}

/* Is it a descendant of `ancestor`? A parent's number is given anew, but never to one that is younger. */
static bool descends(const struct jg_snapshot *snapshot, ULONG_PTR pid, ULONG_PTR ancestor)
{
    struct jg_seen seen;
    for (size_t depth = 0; depth < snapshot->count && jg_snapshot_find(snapshot, pid, &seen) && seen.parent > 0;
         depth++) {
        pid = (ULONG_PTR)seen.parent;
        if (pid == ancestor)
            return true;
    }
    return false;
}

/* The system starts it for a console; it is no work of the script's. */
static bool is_console(const struct jg_snapshot *snapshot, ULONG_PTR pid)
{
    struct jg_seen seen;
    return jg_snapshot_find(snapshot, pid, &seen) && jg_seen_is_console(&seen);
}

/* Those that have lost their parent aren't found: which job they are in is the guard's to know. */
static int64_t count_processes(const struct jg_snapshot *snapshot, ULONG_PTR harness)
{
    int64_t count = 0;
    for (size_t i = 0; i < snapshot->count; i++) {
        ULONG_PTR pid = jg_snapshot_pid(snapshot, i);
        count += descends(snapshot, pid, harness) && !is_console(snapshot, pid);
    }
    return count;
}

static void tell(const struct jg_snapshot *snapshot, ULONG_PTR guard, jg_os_harness_each_fn *each, void *argument)
{
    char user[USER_SIZE];
    bool is_us;
    struct jg_seen seen, harness_seen;
    HANDLE process;
    ULONG_PTR harness = harness_of(snapshot, guard);
    if (harness == 0 || !jg_snapshot_find(snapshot, guard, &seen) ||
        !jg_snapshot_find(snapshot, harness, &harness_seen) || !jg_seen_open(&seen, 0, &process))
        return;
    char *command = jg_procline_read(process);
    struct jg_os_harness_info info = {
        .id = (int64_t)guard,
        .user = user_of(process, user, &is_us),
        .state = harness_seen.state,
        .command = command != NULL ? command : "?",
        .started = ((double)seen.created - EPOCH) / 1e7,
        .processes = count_processes(snapshot, harness),
    };
    info.level = is_us ? jg_level_name(JG_LEVEL_JOB_OBJECT) : NULL;
    each(&info, argument);
    free(command);
    if (process != NULL)
        CloseHandle(process);
}

bool jg_os_harnesses(jg_os_harness_each_fn *each, void *argument, struct jg_err *err)
{
    struct jg_snapshot snapshot;
    if (!jg_snapshot_take(&snapshot))
        return jg_err_set(err, (int)GetLastError(), "cannot list the harnesses");
    for (size_t i = 0; i < snapshot.count; i++) {
        ULONG_PTR pid = jg_snapshot_pid(&snapshot, i);
        if (pid != 0 && listens(pid))
            tell(&snapshot, pid, each, argument);
    }
    jg_snapshot_free(&snapshot);
    return true;
}

/* All instances may be taken for a moment. The other side may know who we are, and not act as us. */
static HANDLE open_pipe(const wchar_t *name)
{
    for (int i = 0;; i++) {
        HANDLE pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                  FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        if (pipe != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY || i == TRIES)
            return pipe;
        WaitNamedPipeW(name, TRY_AGAIN_MS);
    }
}

/* Somebody may have made a pipe of that name before the harness could. 0: it is the harness's. */
static int who_else_listens(HANDLE pipe, ULONG_PTR guard)
{
    struct jg_snapshot snapshot;
    ULONG server;
    if (!GetNamedPipeServerProcessId(pipe, &server) || !jg_snapshot_take(&snapshot))
        return (int)GetLastError();
    ULONG_PTR harness = harness_of(&snapshot, guard);
    jg_snapshot_free(&snapshot);
    if (harness == 0) /* any more */
        return ERROR_FILE_NOT_FOUND;
    return harness == server ? 0 : JG_NATIVE_NOT_THE_HARNESS;
}

bool jg_os_attach(int64_t id, int *descriptor, struct jg_err *err)
{
    wchar_t name[JG_PIPE_NAME_SIZE];
    jg_pipe_name(name, id);
    HANDLE pipe = open_pipe(name);
    if (pipe == INVALID_HANDLE_VALUE)
        return jg_err_set(err, (int)GetLastError(), "cannot attach to");
    int error = who_else_listens(pipe, (ULONG_PTR)id);
    if (error != 0) {
        CloseHandle(pipe);
        return jg_err_set(err, error, "cannot attach to");
    }
    *descriptor = jg_pipe_descriptor(pipe);
    return *descriptor != -1 || jg_err_set(err, ERROR_TOO_MANY_OPEN_FILES, "cannot attach to");
}
