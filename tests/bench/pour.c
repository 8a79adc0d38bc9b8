/*
** pour.c: writes N bytes to standard output, as fast as it can.
**
**     pour N
*/
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static char block[65536];

int main(int argc, char **argv)
{
    long long left = argc > 1 ? atoll(argv[1]) : 0;
    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, block, left < (long long)sizeof block ? (size_t)left : sizeof block);
        if (written < 0 && errno != EINTR)
            return 1;
        left -= written > 0 ? written : 0;
    }
    return 0;
}
