/*
** child_windows_born.c: what the test child was born with, on Windows.
*/
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include <winternl.h>

#include "child.h"
#include "child_windows.h"

static void quote_wide(const wchar_t *text)
{
    char *narrow = child_narrow(text);
    child_quote(narrow);
    free(narrow);
}

void child_os_dump_ids(void)
{
    DWORD session = 0;
    ProcessIdToSessionId(GetCurrentProcessId(), &session);
    printf("pid=%lu parent=%lu session=%lu\n", GetCurrentProcessId(), child_parent(), session);
}

static const char *kind_of(HANDLE handle)
{
    BY_HANDLE_FILE_INFORMATION information;
    switch (GetFileType(handle)) {
    case FILE_TYPE_DISK:
        GetFileInformationByHandle(handle, &information);
        return information.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? "directory" : "file";
    case FILE_TYPE_PIPE:
        return "pipe";
    case FILE_TYPE_CHAR:
        return "character";
    default:
        return "anonymous";
    }
}

static const char *access_of(HANDLE handle)
{
    static const char *const access[] = {"-", "r", "w", "rw"};
    PUBLIC_OBJECT_BASIC_INFORMATION basic;
    if (NtQueryObject(handle, ObjectBasicInformation, &basic, sizeof basic, NULL) < 0)
        return "-";
    return access[(basic.GrantedAccess & FILE_READ_DATA ? 1 : 0) | (basic.GrantedAccess & FILE_WRITE_DATA ? 2 : 0)];
}

static void dump_handle(unsigned long number, HANDLE handle)
{
    wchar_t name[MAX_PATH] = L"";
    DWORD mode;
    const char *kind = kind_of(handle);
    if (GetFileType(handle) == FILE_TYPE_DISK)
        GetFinalPathNameByHandleW(handle, name, MAX_PATH, 0);
    else if (GetFileType(handle) == FILE_TYPE_CHAR)
        wcscpy(name, GetConsoleMode(handle, &mode) ? L"CON" : L"NUL");
    printf("%lu %s %s ", number, access_of(handle), kind);
    quote_wide(name);
}

/* The three streams by their numbers, then every other handle that can be inherited (and so may have been). */
int child_os_dump_fds(void)
{
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    HANDLE standard[3];
    DWORD flags;
    for (unsigned i = 0; i < 3; i++) {
        standard[i] = GetStdHandle(names[i]);
        if (standard[i] && GetHandleInformation(standard[i], &flags))
            dump_handle(i, standard[i]);
    }
    for (unsigned long value = 4; value < 65536; value += 4) {
        HANDLE handle = (HANDLE)(ULONG_PTR)value;
        if (handle != standard[0] && handle != standard[1] && handle != standard[2] &&
            GetHandleInformation(handle, &flags) && flags & HANDLE_FLAG_INHERIT)
            dump_handle(value, handle);
    }
    return 0;
}

void child_os_dump_environment(void)
{
    wchar_t *all = GetEnvironmentStringsW();
    for (wchar_t *variable = all; variable && *variable; variable += wcslen(variable) + 1) {
        if (*variable != L'=') /* a drive's working directory */
            quote_wide(variable);
    }
    FreeEnvironmentStringsW(all);
}

int child_os_dump_cwd(void)
{
    wchar_t path[32768];
    DWORD length = GetCurrentDirectoryW(32768, path);
    if (length == 0 || length >= 32768)
        return child_windows_error();
    quote_wide(path);
    return 0;
}

void child_os_dump_limits(void)
{
}
