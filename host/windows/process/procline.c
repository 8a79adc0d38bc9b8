/*
** procline.c: the command line of a process.
**
** The system tells it since Windows 8.1, and documents nothing about it. Before that, and under Wine, it is read where
** the process itself has it: in its memory, whose layout at that place hasn't changed since Windows NT on x86-64.
*/
#include "procline.h"

#include <stdbool.h>
#include <stdlib.h>

#include "../wide.h"

enum { BASIC = 0, COMMAND_LINE = 60 }; /* of NtQueryInformationProcess */
enum { PARAMETERS_IN_PEB = 0x20, LINE_IN_PARAMETERS = 0x70 };
enum { LINE_SIZE = 2 * 32768 + 64 }; /* the longest, and the struct text in front of it */

typedef LONG NTAPI query_fn(HANDLE process, int what, void *data, ULONG size, ULONG *needed);

struct text {
    USHORT length, room; /* in bytes */
    wchar_t *at;
};

struct basic {
    LONG status;
    char *peb;
    ULONG_PTR others[4];
};

char *jg_narrow_part(const wchar_t *text, size_t length)
{
    wchar_t *copy = malloc((length + 1) * sizeof *copy);
    if (copy == NULL)
        return NULL;
    wmemcpy(copy, text, length);
    copy[length] = L'\0';
    char *narrow = jg_narrow(copy);
    free(copy);
    return narrow;
}

static query_fn *find_query(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    return (query_fn *)(void (*)(void))GetProcAddress(ntdll, "NtQueryInformationProcess");
}

static char *ask(HANDLE process, void *room)
{
    const struct text *text = room;
    ULONG needed;
    query_fn *query = find_query();
    if (query == NULL || query(process, COMMAND_LINE, room, LINE_SIZE, &needed) < 0)
        return NULL;
    return jg_narrow_part(text->at, text->length / sizeof(wchar_t));
}

static bool copy_from(HANDLE process, const char *from, void *to, size_t size)
{
    SIZE_T count;
    return ReadProcessMemory(process, from, to, size, &count) && count == size;
}

/* It is opened anew, for more; as long as there is a handle of it, its number is its own. */
static char *look(DWORD pid, wchar_t *room)
{
    struct basic basic;
    struct text text;
    char *parameters, *line = NULL;
    query_fn *query = find_query();
    HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, pid);
    if (process == NULL)
        return NULL;
    if (query != NULL && query(process, BASIC, &basic, sizeof basic, NULL) >= 0 && basic.peb != NULL &&
        copy_from(process, basic.peb + PARAMETERS_IN_PEB, &parameters, sizeof parameters) && parameters != NULL &&
        copy_from(process, parameters + LINE_IN_PARAMETERS, &text, sizeof text) &&
        copy_from(process, (const char *)text.at, room, text.length))
        line = jg_narrow_part(room, text.length / sizeof(wchar_t));
    CloseHandle(process);
    return line;
}

static char *image_path(HANDLE process, wchar_t *room)
{
    DWORD length = LINE_SIZE / sizeof *room;
    return QueryFullProcessImageNameW(process, 0, room, &length) ? jg_narrow_part(room, length) : NULL;
}

char *jg_procline_read(HANDLE process)
{
    wchar_t *room = process != NULL ? malloc(LINE_SIZE) : NULL;
    char *line = NULL;
    if (room != NULL)
        line = ask(process, room);
    if (room != NULL && line == NULL)
        line = look(GetProcessId(process), room);
    if (room != NULL && line == NULL)
        line = image_path(process, room);
    free(room);
    return line;
}
