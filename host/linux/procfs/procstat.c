/*
** procstat.c: one process as /proc/PID/stat has it.
*/
#define _GNU_SOURCE
#include "procstat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../native.h"

/* Fields after the name, as proc(5) counts them less three. */
enum {
    PARENT = 1,
    FLAGS = 6,
    USER = 11,
    SYSTEM = 12,
    CHILDREN_USER = 13,
    CHILDREN_SYSTEM = 14,
    THREADS = 17,
    START = 19,
    RSS = 21,
    FIELDS
};

enum { PF_EXITING = 0x4 }; /* linux/sched.h */

ssize_t jg_procstat_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, text, size - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    return length;
}

bool jg_procstat_read(pid_t pid, struct jg_procstat *stat)
{
    char path[32], text[1024];
    long long field[FIELDS] = {0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (jg_procstat_file(path, text, sizeof text) <= 0)
        return false;

    /* The name is in parentheses, and may have parentheses, blanks and newlines in it. */
    char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close[1] != ' ')
        return false;
    *close = '\0';
    snprintf(stat->name, sizeof stat->name, "%s", open + 1);
    stat->pid = pid;
    stat->state = close[2];
    char *at = close + 3;
    for (int i = 1; i < FIELDS; i++)
        field[i] = strtoll(at, &at, 10);

    double tick = (double)sysconf(_SC_CLK_TCK);
    stat->ending = (field[FLAGS] & PF_EXITING) != 0;
    stat->parent = (pid_t)field[PARENT];
    stat->user_time = (double)field[USER] / tick;
    stat->system_time = (double)field[SYSTEM] / tick;
    stat->children_time[0] = (double)field[CHILDREN_USER] / tick;
    stat->children_time[1] = (double)field[CHILDREN_SYSTEM] / tick;
    stat->threads = field[THREADS];
    stat->started = (double)field[START] / tick;
    stat->memory = field[RSS] * sysconf(_SC_PAGESIZE);
    return true;
}

bool jg_procstat_command(pid_t pid, char *text, size_t size)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    ssize_t length = jg_procstat_file(path, text, size);
    while (length > 0 && text[length - 1] == '\0')
        length--;
    for (ssize_t i = 0; i < length; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    return length > 0;
}

bool jg_procstat_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes)
{
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    if (jg_procstat_file(path, text, sizeof text) <= 0)
        return false;
    const char *got = strstr(text, "\nread_bytes: "), *put = strstr(text, "\nwrite_bytes: ");
    if (got == NULL || put == NULL)
        return false;
    *read_bytes = strtoll(strchr(got, ':') + 1, NULL, 10);
    *written_bytes = strtoll(strchr(put, ':') + 1, NULL, 10);
    return true;
}

const char *jg_procstat_state(char letter, bool frozen)
{
    switch (letter) {
    case 'R':
        return "running";
    case 'D':
        return "waiting";
    case 'T':
        return frozen ? "frozen" : "stopped";
    case 't':
        return "traced";
    case 'Z':
    case 'X':
        return "zombie";
    case 'I':
        return "idle";
    default:
        return frozen ? "frozen" : "sleeping";
    }
}

bool jg_procstat_is_shortage(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

int jg_procstat_why(int error)
{
    return access("/proc/self/stat", F_OK) == -1 ? JG_NATIVE_NO_PROC : error;
}

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double jg_procstat_uptime(void)
{
    return now(CLOCK_BOOTTIME);
}

double jg_procstat_boot_time(void)
{
    return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
}
