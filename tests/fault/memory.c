/*
** memory.c: lets one allocation fail.
**
** JGHOST_FAIL_ALLOCATION=N: the Nth allocation after the script has begun is refused, once, by
** whichever of malloc, calloc and realloc it comes to, in Lua, in ours or in libuv. The linker sends
** all calls here (--wrap).
*/
#include <stddef.h>
#include <stdlib.h>

#include "../../host/stage.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static long left = -1; /* until the one that fails; negative: none does */

static int refused(void)
{
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return refused() ? NULL : __real_realloc(memory, size);
}

/* jghost_fail_allocation(N), for a script: counts from here. */
void jg_fault_fail_allocation(long n);
void jg_fault_fail_allocation(long n)
{
    left = n;
}
