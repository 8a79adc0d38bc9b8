/*
** shed.c: a process of ours that stays behind holds on to nothing of the run's: not its descriptors, not its
** terminal, not its pipes.
*/
#define _GNU_SOURCE
#include "shed.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FIRST = 3 };

static void replace_standard(int placeholder)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < FIRST; i++)
        if (null >= 0)
            dup2(null, i);
        else
            fcntl(placeholder, F_DUPFD_CLOEXEC, i); /* anything, but not free */
}

/* Whoever else of the kept is at this number gives way. */
static void move(int *kept, int count, int index)
{
    int number = FIRST + index;
    for (int i = index + 1; i < count; i++)
        if (kept[i] == number)
            kept[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, FIRST + count);
    if (kept[index] != number)
        kept[index] = dup3(kept[index], number, O_CLOEXEC);
}

void jg_shed(int *kept, int count)
{
    replace_standard(kept[0]);
    for (int i = 0; i < count; i++)
        move(kept, count, i);
    unsigned rest = (unsigned)(FIRST + count);
    if (syscall(SYS_close_range, rest, ~0U, 0) < 0)
        for (int fd = (int)rest; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
            close(fd);
}
