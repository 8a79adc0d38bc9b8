/*
** process.h: the process userdata, shared by the files that make, watch and drain it.
*/
#ifndef JG_PROCESS_H
#define JG_PROCESS_H

#include "bindings.h"
#include "reader.h"

enum { JG_GIVEN_PTY = 3, JG_GIVEN }; /* after its standard input and outputs */

/* What a process was given: its standard input and outputs, and its terminal. */
struct jg_given {
    struct jg_os_identity identity; /* of none: it isn't one that we have opened for it */
    const char *name;               /* "stdout"; of a file its own, as it was told, kept by the user value */
    bool held;                      /* held.c: by whom is looked at */
};

struct jg_process {
    struct jg_handle handle; /* signalled: it has ended, and what it wrote has been read */
    struct jg_handle born;   /* signalled: it runs, or is known not to */
    struct jg_host *host;
    struct jg_os_process *os; /* NULL: never started, or given up */
    struct jg_os_status status;
    struct jg_err error; /* why it could not be run */
    double began, ended; /* of the monotonic clock */
    bool has_status, timed_out;
    int child_end[3];               /* descriptors to be closed once it is born; -1 */
    struct jg_reader *reader[3];    /* captures of 1 and 2 */
    struct jg_output_file *file[3]; /* of 1 and 2, kept by the user value */
    struct jg_given given[JG_GIVEN];
    struct jg_stream *pty;           /* its terminal, kept by the user value; NULL: none of its own */
    struct jg_job *job;              /* kept by the userdata's user value; NULL: somebody else's process */
    struct jg_process *next, **link; /* in host->processes */
    struct jg_process *next_draining;
};

/* Pushes a process that isn't one yet, with a table of its fields as its user value. */
struct jg_process *jg_process_push(lua_State *L);

/* Follows it from now on: it is in host->processes until it is collected. */
void jg_process_follow(struct jg_process *process);

/* What the backend reports of it. */
extern const struct jg_os_process_events jg_process_events;

/* It has ended: signals it once its captures have been read. */
void jg_drain_process(struct jg_process *process);

/* Forgets about it, if it was being drained. */
void jg_drain_forget(struct jg_process *process);

/* Closes what was only opened for the child. */
void jg_process_close_child_ends(struct jg_process *process);

/* It isn't to run: closes its terminal. */
void jg_process_close_pty(struct jg_process *process);

/* space.c: the file of this name takes its output 1 or 2, as it is told before it is born; how is that when it
** has ended; which of the files has no space, by the name that was given, or NULL. */
struct jg_output_file;
void jg_space_watch(lua_State *L, int fields, struct jg_process *process, int which, const char *name);
void jg_space_look(struct jg_process *process);
const char *jg_space_missing(const struct jg_process *process);

/* process:held_by(pid) and job:held_by(pid): bindings/held.c */
int jg_process_held_by(lua_State *L);
int jg_job_held_by(lua_State *L);

/* jobs: keeps its live processes from being collected, and knows whether any are left. */
struct jg_job;
struct jg_os_job *jg_job_os(const struct jg_job *job);
void jg_job_populated(struct jg_job *job, double since);
void jg_job_count_spawned(struct jg_job *job);
lua_Integer jg_job_spawned(const struct jg_job *job);
bool jg_job_cpu_time_reached(const struct jg_job *job);
void jg_job_forget(struct jg_job *job, const struct jg_process *process);

/* job:spawn{...}: bindings/spawn.c; its timeout and stop plan are the scripts' */
int jg_job_spawn(lua_State *L);

/* job:processes() and job:usage(): bindings/info.c */
int jg_job_processes(lua_State *L);
int jg_job_usage(lua_State *L);

/* The open job at `index`, or an error. */
struct jg_job *jg_check_job(lua_State *L, int index);

/* Pushes its name, or that of the nearest job around it that has one. False: there is none. */
bool jg_job_push_name(lua_State *L, const struct jg_job *job);

/* Pushes the option 'leaks' of the table at `options`, or nil. */
void jg_leaks_push_option(lua_State *L, int options, const char *function);

/* The job and its policy, on top of the stack, give way to the error that is to be raised once it is closed, or nil.
** `failing`: there is one on its way already. */
void jg_leaks_look(lua_State *L, bool failing);

/* Is it that job, or one inside it? */
bool jg_job_inside(const struct jg_job *job, const struct jg_job *outer);

/* Keeps the process on top of the stack alive with the job at `job`, until jg_job_forget. */
void jg_job_keep(lua_State *L, int job);

#endif
