/*
** create_process_loop.c: the C program that a benchmark of spawning has to be compared with. It runs a program N times
** with K in flight, by CreateProcess and a wait and nothing else; nothing is contained.
**
**     create_process_loop N K PROGRAM [LIBRARY...]      prints us_per_process=X
**
** The libraries are loaded and left alone. Windows doesn't care; Wine makes each process out of two copies of the
** address space of whoever starts it, and so those who have more in theirs pay more.
*/
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static HANDLE live[MAXIMUM_WAIT_OBJECTS];
static DWORD live_count;

static double now_us(void)
{
    LARGE_INTEGER now, frequency;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return (double)now.QuadPart * 1e6 / (double)frequency.QuadPart;
}

static void fail(const char *what)
{
    fprintf(stderr, "create_process_loop: %s: error %lu\n", what, GetLastError());
    exit(1);
}

static void start(const char *program)
{
    STARTUPINFOA info = {.cb = sizeof info};
    PROCESS_INFORMATION created;
    if (!CreateProcessA(program, NULL, NULL, NULL, FALSE, 0, NULL, NULL, &info, &created))
        fail(program);
    CloseHandle(created.hThread);
    live[live_count++] = created.hProcess;
}

static void reap(void)
{
    DWORD status, which = WaitForMultipleObjects(live_count, live, FALSE, INFINITE) - WAIT_OBJECT_0;
    if (which >= live_count || !GetExitCodeProcess(live[which], &status) || status != 0)
        fail("a process failed");
    CloseHandle(live[which]);
    live[which] = live[--live_count];
}

static void run(long count, DWORD in_flight, const char *program)
{
    for (long started = 0; started < count; started++) {
        if (live_count == in_flight)
            reap();
        start(program);
    }
    while (live_count > 0)
        reap();
}

int main(int argc, char **argv)
{
    long count = argc > 3 ? atol(argv[1]) : 0, in_flight = argc > 3 ? atol(argv[2]) : 0;
    if (count < 1 || in_flight < 1 || in_flight > MAXIMUM_WAIT_OBJECTS) {
        fprintf(stderr, "usage: create_process_loop N K PROGRAM [LIBRARY...]\n");
        return 64;
    }
    for (int i = 4; i < argc; i++)
        if (LoadLibraryA(argv[i]) == NULL)
            fail(argv[i]);
    double begin = now_us();
    run(count, (DWORD)in_flight, argv[3]);
    printf("us_per_process=%.2f\n", (now_us() - begin) / (double)count);
    return 0;
}
