/*
** child_windows_marked.c: finds processes by a text in their environment, whoever has started them and
** whatever job they are in: how a test looks for survivors from outside. Reads other processes' memory.
*/
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <tlhelp32.h>
#include <winternl.h>

#include "child.h"
#include "child_windows.h"

/* Where things are in a 64-bit process, the same from Windows 8 on and in Wine. */
enum {
    PARAMETERS = 0x20,   /* in the PEB */
    COMMAND_LINE = 0x70, /* in the parameters: a UNICODE_STRING */
    ENVIRONMENT = 0x80   /* a pointer */
};

enum { PAGE = 4096, LARGEST_ENVIRONMENT = 1 << 20 }; /* bytes */

/* PROCESS_BASIC_INFORMATION, whose members have other names in each compiler's headers. */
struct basic_information {
    void *status;
    const char *peb;
    void *affinity, *priority;
    ULONG_PTR pid, parent;
};

static bool basic_information(HANDLE process, struct basic_information *basic)
{
    return NtQueryInformationProcess(process, ProcessBasicInformation, basic, sizeof *basic, NULL) >= 0;
}

unsigned long child_parent(void)
{
    struct basic_information basic;
    return basic_information(GetCurrentProcess(), &basic) ? (unsigned long)basic.parent : 0;
}

static bool peek(HANDLE process, const char *address, void *data, size_t size)
{
    SIZE_T got;
    return ReadProcessMemory(process, address, data, size, &got) && got == size;
}

/* A copy of `size` bytes of text there, with a zero after it, the caller's to free; NULL if it isn't to be read. */
static wchar_t *peek_text(HANDLE process, const char *address, size_t size)
{
    wchar_t *text = size < 1 << 24 ? calloc(size / sizeof *text + 2, sizeof *text) : NULL;
    if (text && peek(process, address, text, size))
        return text;
    free(text);
    return NULL;
}

static const char *parameters_of(HANDLE process)
{
    struct basic_information basic;
    const char *parameters;
    if (!basic_information(process, &basic) || !peek(process, basic.peb + PARAMETERS, &parameters, sizeof parameters))
        return NULL;
    return parameters;
}

static bool ends_in(const wchar_t *text, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == 0 && text[i + 1] == 0)
            return true;
    return false;
}

/*
** The environment there, up to its empty string, or to what isn't to be read. It is read page by page: the size that
** stands in the parameters is zero for some time while a process begins in Wine, and in it a process may be stopped.
** The caller's to free.
*/
static wchar_t *peek_environment(HANDLE process, const char *address)
{
    char *all = calloc(1, LARGEST_ENVIRONMENT + PAGE);
    size_t size = 0;
    while (all && size < LARGEST_ENVIRONMENT && !ends_in((wchar_t *)all, size / sizeof(wchar_t))) {
        size_t more = PAGE - (size_t)(address + size) % PAGE;
        if (!peek(process, address + size, all + size, more))
            break;
        size += more;
    }
    return (wchar_t *)all;
}

static bool has_variable(HANDLE process, const char *parameters, const wchar_t *wanted)
{
    const char *address;
    bool found = false;
    if (!peek(process, parameters + ENVIRONMENT, &address, sizeof address))
        return false;
    wchar_t *all = peek_environment(process, address);
    for (wchar_t *variable = all; variable && *variable && !found; variable += wcslen(variable) + 1)
        found = wcscmp(variable, wanted) == 0;
    free(all);
    return found;
}

static void print_command(HANDLE process, const char *parameters)
{
    UNICODE_STRING command;
    wchar_t *text = NULL;
    if (peek(process, parameters + COMMAND_LINE, &command, sizeof command))
        text = peek_text(process, (const char *)command.Buffer, command.Length);
    char *narrow = child_narrow(text ? text : L"");
    child_quote(narrow);
    free(narrow);
    free(text);
}

static void look_at(const PROCESSENTRY32W *entry, const wchar_t *variable)
{
    HANDLE process =
        OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | SYNCHRONIZE, FALSE, entry->th32ProcessID);
    if (process == NULL)
        return; /* it has just ended, or is the system's */
    const char *parameters = parameters_of(process);
    if (parameters && has_variable(process, parameters, variable) && WaitForSingleObject(process, 0) == WAIT_TIMEOUT) {
        printf("%lu %lu %ls ", entry->th32ProcessID, entry->th32ParentProcessID, entry->szExeFile);
        print_command(process, parameters);
    }
    CloseHandle(process);
}

int child_os_dump_marked(const char *variable)
{
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE)
        return EIO;
    wchar_t *wide = child_wide(variable);
    for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry)) {
        if (entry.th32ProcessID != GetCurrentProcessId())
            look_at(&entry, wide);
    }
    free(wide);
    CloseHandle(snapshot);
    return 0;
}
