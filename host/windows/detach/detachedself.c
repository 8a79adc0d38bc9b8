/*
** detachedself.c: which process a line of the log is about, and what has become of it.
*/
#include <stdlib.h>

#include "../process/seen.h"
#include "../state.h"
#include "../wide.h"
#include "detachedlog.h"

#define EPOCH 116444736000000000 /* 1970, in hundreds of nanoseconds since 1601 */

enum { USER_SIZE = 257, SECOND = 10000000 };

/* Its number is nobody else's as long as somebody has a handle, and its start tells it from an earlier one. */
enum jg_detached_fate jg_detached_fate(const struct jg_detached *entry)
{
    uint64_t start;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, (DWORD)entry->pid);
    if (process == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED ? JG_DETACHED_ELSEWHERE : JG_DETACHED_ENDED;
    bool lives =
        jg_created(process, &start) && start == entry->start && WaitForSingleObject(process, 0) != WAIT_OBJECT_0;
    CloseHandle(process);
    return lives ? JG_DETACHED_LIVES : JG_DETACHED_ENDED;
}

static void set_user(struct jg_detached *entry)
{
    wchar_t wide[USER_SIZE];
    DWORD size = USER_SIZE;
    char *name = GetUserNameW(wide, &size) ? jg_narrow(wide) : NULL;
    jg_detached_set(entry->user, sizeof entry->user, name != NULL ? name : "?");
    free(name);
}

bool jg_detached_describe(struct jg_detached *entry, HANDLE process, const char *command)
{
    *entry = (struct jg_detached){.pid = GetProcessId(process), .run = jg_state.shared->guard_pid};
    if (!jg_created(process, &entry->start))
        return false;
    entry->when = ((int64_t)entry->start - EPOCH) / SECOND;
    jg_detached_set(entry->world, sizeof entry->world, "windows"); /* there is one world, and its clock goes on */
    set_user(entry);
    jg_detached_set(entry->command, sizeof entry->command, command);
    return true;
}
