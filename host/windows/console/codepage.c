/*
** codepage.c: a console takes what is written to it for UTF-8, as long as we run.
**
** Else it takes it for the old code page of the user's country; and so do cmd.exe and many others with what they write
** to a pipe. The code page belongs to the console, not to a process: the guard changes it, and puts back what was there
** when the run is over. Others of ours may be at the same console, in a pipeline or under make: then the last one puts
** it back. So each guard has a section of memory with its number in its name, by which the others know that it is
** there, and in it what is to be put back. If a guard is killed, whoever of them is last does it; if it was the last,
** nobody does.
**
** The code page for what is read stays as it is; see input.c.
*/
#include "codepage.h"

#include <stdio.h>
#include <stdlib.h>

#include "../state.h"

enum { NAME_SIZE = 64, LOCK_MS = 1000, ROOM = 64 };

/* What is to be put back at the console of this run; 0: nothing. In a section of the guard's. NULL: there is none. */
static volatile LONG *mark;

static void mark_name(wchar_t name[NAME_SIZE], DWORD guard)
{
    _snwprintf(name, NAME_SIZE, L"Local\\jghost-code-page-%lu", guard);
}

static volatile LONG *map(HANDLE section)
{
    return section != NULL ? MapViewOfFile(section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, sizeof *mark) : NULL;
}

static volatile LONG *open_mark(DWORD guard)
{
    wchar_t name[NAME_SIZE];
    mark_name(name, guard);
    HANDLE section = OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, name);
    volatile LONG *view = map(section);
    if (section != NULL)
        CloseHandle(section);
    return view;
}

/* Its handle stays open: with it the name goes, whether there is a view or not. */
static volatile LONG *make_mark(void)
{
    wchar_t name[NAME_SIZE];
    mark_name(name, GetCurrentProcessId());
    return map(CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof *mark, name));
}

/* One of us at a time in this session. Who can't have it goes on without. */
static HANDLE lock(void)
{
    HANDLE mutex = CreateMutexW(NULL, FALSE, L"Local\\jghost-code-page");
    if (mutex != NULL)
        WaitForSingleObject(mutex, LOCK_MS);
    return mutex;
}

static void unlock(HANDLE mutex)
{
    if (mutex == NULL)
        return;
    ReleaseMutex(mutex);
    CloseHandle(mutex);
}

/* Everybody at this console, the caller's to free; NULL: nobody is known. */
static DWORD *list_processes(DWORD *count)
{
    for (DWORD room = ROOM;;) {
        DWORD *list = malloc(room * sizeof *list);
        *count = list != NULL ? GetConsoleProcessList(list, room) : 0;
        if (*count > 0 && *count <= room)
            return list;
        free(list);
        if (*count == 0)
            return NULL;
        room = *count * 2; /* the list is empty if there is no room for all */
    }
}

/* What others of ours at this console will put back; 0: there are none. */
static UINT mark_of_others(void)
{
    DWORD count;
    UINT found = 0;
    DWORD *list = list_processes(&count);
    for (DWORD i = 0; list != NULL && i < count && found == 0; i++) {
        volatile LONG *theirs = list[i] != jg_state.shared->guard_pid ? open_mark(list[i]) : NULL;
        if (theirs == NULL)
            continue;
        found = (UINT)*theirs;
        UnmapViewOfFile((const void *)theirs);
    }
    free(list);
    return found;
}

void jg_codepage_take(void)
{
    UINT before = GetConsoleOutputCP();
    HANDLE mutex = lock();
    UINT others = mark_of_others();
    if (mark != NULL && *mark == 0)
        *mark = (LONG)(others != 0 ? others : before);
    SetConsoleOutputCP(CP_UTF8);
    unlock(mutex);
}

void jg_codepage_give_back(void)
{
    if (mark == NULL || *mark == 0)
        return;
    HANDLE mutex = lock();
    UINT before = (UINT)InterlockedExchange(mark, 0);
    if (before != 0 && GetConsoleOutputCP() == CP_UTF8 && mark_of_others() == 0)
        SetConsoleOutputCP(before);
    unlock(mutex);
}

void jg_codepage_open(void)
{
    bool is_guard = jg_state.shared->guard_pid == GetCurrentProcessId();
    if (GetConsoleOutputCP() == 0)
        return;
    mark = is_guard ? make_mark() : open_mark(jg_state.shared->guard_pid);
    if (is_guard && mark != NULL)
        atexit(jg_codepage_give_back);
    if (is_guard == (mark != NULL))
        jg_codepage_take();
}
