/*
** procstat.h: one process as /proc/PID/stat has it.
*/
#ifndef JG_PROCSTAT_H
#define JG_PROCSTAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct jg_procstat {
    pid_t pid, parent;
    char state;  /* the kernel's letter */
    bool ending; /* it has ended, or is about to: nothing of it runs any more */
    char name[64];
    int64_t threads, memory;       /* resident, in bytes */
    double user_time, system_time; /* its own, in seconds */
    double children_time[2];       /* user and system, of children that it has reaped */
    double started;                /* seconds since the system's start */
};

/* By our own /proc. False if it isn't there any more, or with errno if it can't be read. */
bool jg_procstat_read(pid_t pid, struct jg_procstat *stat);

/* Its command line, the arguments joined by blanks, cut to `size` bytes. False if there is none, or it isn't there any
** more. */
bool jg_procstat_command(pid_t pid, char *text, size_t size);

/* What it has read from and written to disks, in bytes. False, with errno, if that isn't ours to know. */
bool jg_procstat_io(pid_t pid, int64_t *read_bytes, int64_t *written_bytes);

/* What the kernel's letter means, as jg_os_process_info has it. Static text. */
const char *jg_procstat_state(char letter, bool frozen);

/* How long the system has been running, in seconds; when it was started, in seconds since the Unix epoch. */
double jg_procstat_uptime(void);
double jg_procstat_boot_time(void);

/* Is it an errno of ours, who lack descriptors or memory, and not of what was to be read? */
bool jg_procstat_is_shortage(int error);

/* Why something failed that needs /proc: that errno, or if there is no /proc, what says so. The kernel's own words
** don't: they are those for any file that is missing, or for a folder on which nothing is mounted. */
int jg_procstat_why(int error);

/* Reads the whole of a small file, cut to `size` bytes and terminated; its length, or -1 with errno. */
ssize_t jg_procstat_file(const char *path, char *text, size_t size);

#endif
