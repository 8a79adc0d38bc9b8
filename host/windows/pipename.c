/*
** pipename.c: what is between a harness that can be attached to and those who attach: a named pipe.
*/
#include "pipename.h"

#include <fcntl.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

void jg_pipe_name(wchar_t name[JG_PIPE_NAME_SIZE], int64_t guard)
{
    _snwprintf(name, JG_PIPE_NAME_SIZE, L"\\\\.\\pipe\\jghost-%llu", (unsigned long long)guard);
}

static int descriptor_of(HANDLE handle)
{
    int descriptor = _open_osfhandle((intptr_t)handle, _O_RDWR | _O_BINARY);
    if (descriptor == -1)
        CloseHandle(handle);
    return descriptor;
}

/* Two, because one stream reads and another writes, and each closes its own. */
void jg_pipe_descriptors(void *pipe, int descriptors[2])
{
    HANDLE self = GetCurrentProcess(), copy;
    bool copied = DuplicateHandle(self, pipe, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    descriptors[0] = descriptor_of(pipe);
    descriptors[1] = copied ? descriptor_of(copy) : -1;
    if (descriptors[0] != -1 && descriptors[1] != -1)
        return;
    for (int i = 0; i < 2; i++) {
        if (descriptors[i] != -1)
            _close(descriptors[i]);
        descriptors[i] = -1;
    }
}
