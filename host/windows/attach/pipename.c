/*
** pipename.c: what is between a harness that can be attached to and those who attach: a named pipe.
*/
#include "pipename.h"

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

#include <sddl.h>

enum { ACCESS_SIZE = 256 };

void jg_pipe_name(wchar_t name[JG_PIPE_NAME_SIZE], int64_t guard)
{
    _snwprintf(name, JG_PIPE_NAME_SIZE, L"\\\\.\\pipe\\jghost-%llu", (unsigned long long)guard);
}

/* Whom the objects of this process belong to, as a text for LocalFree: its user, or its administrators. */
static wchar_t *owner(void)
{
    HANDLE token;
    DWORD size;
    wchar_t *text = NULL;
    union {
        TOKEN_OWNER owner;
        char room[sizeof(TOKEN_OWNER) + SECURITY_MAX_SID_SIZE];
    } ours;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
        return NULL;
    if (!GetTokenInformation(token, TokenOwner, &ours, sizeof ours, &size) ||
        !ConvertSidToStringSidW(ours.owner.Owner, &text))
        text = NULL;
    CloseHandle(token);
    return text;
}

/* The system's own default would let everybody read. */
void *jg_pipe_access(void)
{
    wchar_t text[ACCESS_SIZE];
    PSECURITY_DESCRIPTOR access = NULL;
    wchar_t *name = owner();
    if (name == NULL)
        return NULL;
    _snwprintf(text, ACCESS_SIZE, L"D:P(A;;GA;;;SY)(A;;GA;;;BA)(A;;GA;;;%ls)", name);
    LocalFree(name);
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &access, NULL) ? access : NULL;
}

int jg_pipe_descriptor(void *pipe)
{
    int descriptor = _open_osfhandle((intptr_t)pipe, _O_RDWR | _O_BINARY);
    if (descriptor == -1)
        CloseHandle(pipe);
    return descriptor;
}
