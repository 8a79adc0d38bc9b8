/*
** seen.c: a process that was seen in a snapshot: what it is, and whether it is still that one.
*/
#include "seen.h"

bool jg_seen_is_console(const struct jg_seen *seen)
{
    static const wchar_t host[] = L"conhost.exe";
    return jg_seen_same_program(seen, &(struct jg_seen){.name = host, .name_length = sizeof host / sizeof *host - 1});
}

bool jg_seen_same_program(const struct jg_seen *a, const struct jg_seen *b)
{
    return a->name_length == b->name_length && _wcsnicmp(a->name, b->name, a->name_length) == 0;
}

bool jg_created(HANDLE process, uint64_t *created)
{
    FILETIME birth, end, system, user;
    if (!GetProcessTimes(process, &birth, &end, &system, &user))
        return false;
    *created = (uint64_t)birth.dwHighDateTime << 32 | birth.dwLowDateTime;
    return true;
}

bool jg_seen_open(const struct jg_seen *seen, DWORD access, HANDLE *process)
{
    uint64_t created;
    *process = OpenProcess(access | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)seen->pid);
    if (*process == NULL)
        return GetLastError() == ERROR_ACCESS_DENIED;
    if (jg_created(*process, &created) && created == seen->created)
        return true;
    CloseHandle(*process);
    *process = NULL;
    return false;
}
