/*
** child.h: the seam inside the test child. child.c and the verbs (verbs.h) know no system; below them are
** child_linux.c and child_linux_*.c or their twins, chosen by the build.
**
** Unless said otherwise a function returns 0, or an errno of the C library, which child.c turns into
** a message. What a system can't do is ENOTSUP: there is never a function missing on one side.
*/
#ifndef CHILD_H
#define CHILD_H

#include <stddef.h>

/* Exit statuses, those of sysexits.h. */
#define CHILD_USAGE 64
#define CHILD_NOT_SUPPORTED 69
#define CHILD_REFUSED 71

#define CHILD_ENDED 0 /* see child_os_branch */

/* Performs a NULL-terminated list of words, and returns the exit status. The other half calls it in new processes. */
int child_perform(char **words);

/* Prints `text` in double quotes on stdout, anything odd as \xHH: one line, readable by Lua and Python. */
void child_quote(const char *text);

/* ---- a process's own life. Those that don't return say so. */
void child_os_begin(int *argc, char ***argv); /* what main needs before anything else: UTF-8, binary streams */
void child_os_hang(void);                     /* never returns */
int child_os_sleep(double seconds);
double child_os_cpu_seconds(void);
int child_os_exec(char **command);     /* returns only if refused */
int child_os_threads(size_t count);    /* they hang */
int child_os_leaderless(char **words); /* another thread goes on with `words`, this one ends */
int child_os_rename(const char *name); /* as process lists show it */
int child_os_undumpable(void);         /* nobody else may look into it, nor into its /proc */

/* ---- streams: descriptors 0, 1, 2. All of it is written, or it is an error. */
int child_os_write(int fd, const void *data, size_t size);
long child_os_read(int fd, void *data, size_t size); /* as read(2), or minus an errno */
int child_os_close(int fd);
int child_os_leak(int fd);                               /* opens something inheritable at this number */
int child_os_append(const char *file, const char *text); /* one write; creates the file */
int child_os_uncache(const char *file);                  /* who reads it next is counted as reading from the disk */

/* ---- its terminal: /dev/tty, or its console */
int child_os_is_terminal(int fd); /* or 0 */
int child_os_size(int *rows, int *columns);
int child_os_wait_resize(void); /* says "watching" on stdout first */
int child_os_dump_code_page(void);

/* ---- signals, by name (TERM, SIGTERM or 15) */
int child_os_signal(const char *name); /* to itself, in its default meaning; returns if it survived */
int child_os_kill(long pid, const char *name);
int child_os_interrupt(const char *name);             /* as the terminal does it: to everybody there */
int child_os_end_session(const char *answer);         /* as the system tells its parent: "yes", or "no" after all */
int child_os_tell_event(long pid, const char *event); /* as a console does it: "c", "break" or "close" */
int child_os_ignore(const char *name);
int child_os_block(const char *name);
int child_os_ignore_all(void);
int child_os_block_all(void);
int child_os_expect_term(int code); /* from now on: the polite request to end prints "terminated" and exits */

/* ---- other processes
**
** A branch is another process that performs `words` and nothing else. The call returns when the
** branch stands, that is, when it has called child_os_settle (which child_perform does before the
** first verb that lasts), with its pid, or with CHILD_ENDED if it ended (or became another program)
** before that; minus an errno if there was no branch to be had. In a detached branch's case the pid
** is that of the process in between, which is gone.
*/
long child_os_branch(char **words);
long child_os_detach(char **words);     /* the same, double-forked into a session of its own */
long child_os_break_away(char **words); /* the same, asking the system for a place outside of the job */
void child_os_settle(void);
int child_os_terminal(char **words); /* performs them where an interrupt reaches nobody else */
int child_os_stopped(void);          /* a child that is stopped, and is known to be when this returns */
int child_os_traced(void);           /* the same of one that this process traces */
int child_os_trace(long pid);        /* that process is stopped, and traced by this one, when this returns */
int child_os_vfork(void);            /* never returns: stuck in a vfork whose child hangs */
int child_os_flee(double seconds);   /* forks and ends, over and over: no snapshot holds it. Never returns */
int child_os_zombies(size_t count);
int child_os_reap(void); /* waits until the own children have ended */
int child_os_setsid(void);
int child_os_subreaper(void);

/* ---- what it was born with, on stdout */
void child_os_dump_ids(void);
int child_os_dump_fds(void);
void child_os_dump_environment(void);
int child_os_dump_cwd(void);
int child_os_dump_signals(void);
void child_os_dump_limits(void);

/* Every other process in the system with this variable (NAME=value) in its environment, a line each: pid, parent,
** name, quoted command. */
int child_os_dump_marked(const char *variable);

#endif
