/*
** memory.c: lets allocations fail.
**
** JGHOST_FAIL_ALLOCATION=N: the Nth allocation after the script has begun is refused, whoever asks for
** it, Lua, we or libuv; JGHOST_FAIL_COUNT=K: and the K-1 after it.
** JGHOST_COUNT_ALLOCATIONS: says at the end how many there were. (Lua collects its garbage and tries
** once more, so one refusal alone it survives.) The linker sends all calls here (--wrap).
*/
#include "memory.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static long granted = -1; /* how many more are granted before the refusals; negative: all are */
static long refusals;
static long asked; /* how many have been asked for since the script began */

static long number(const char *name, long absent)
{
    const char *text = getenv(name);
    return text == NULL ? absent : atol(text);
}

void jg_fault_count_allocations(void)
{
    asked = 0;
    refusals = number("JGHOST_FAIL_COUNT", 1);
    granted = number("JGHOST_FAIL_ALLOCATION", 0) - 1;
}

/* Tells the test how many there are to refuse. */
void jg_fault_tell_allocations(void)
{
    if (getenv("JGHOST_COUNT_ALLOCATIONS") != NULL)
        fprintf(stderr, "%ld allocations\n", asked);
}

static int refused(void)
{
    asked++;
    if (granted < 0)
        return 0;
    if (granted > 0) {
        granted--;
        return 0;
    }
    if (--refusals <= 0)
        granted = -1;
    errno = ENOMEM;
    return 1;
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
