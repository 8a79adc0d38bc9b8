/*
** os.h: the only door to the operating system.
**
** Above this line nothing calls the system and nothing asks which system it is. Below it are two
** folders with the same file names, linux/ and windows/, and the build takes one of them. Text is
** UTF-8, times are seconds, sizes are bytes. A function that the system can refuse returns false and
** fills its `struct jg_err`, and nothing that it was to make is there then, unless its comment says so; what
** a platform can't do is refused with JG_ERR_NOT_SUPPORTED, so that there is never a function missing on one side.
**
** Two groups. The first is the guarantee: the guard's five steps and the harness's one. The second
** is what the harness does with its life: jobs, processes and what can be known about them.
*/
#ifndef JG_OS_H
#define JG_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "level.h"

typedef struct uv_loop_s uv_loop_t;

/* ------------------------------------------------------------------------------------------------
** The guard's side. One `struct jg_os_run` is one attempt at one level, in the order of the five
** steps. If the guard dies at any instruction of it, nothing that was started outlives it: that is
** the contract of the whole group, and each step's comment says how it is kept.
*/
struct jg_os_run;
struct jg_os_start; /* what the harness was handed: a handle to the guard, and the event */

/* How a process ended. Exactly one of the two is meaningful: signal if it is not 0, else code. Of a run:
** the signal is the one that interrupted it; a harness that crashed or was killed is told by the code: 128+N on
** Linux, on Windows its own, such as 0xC0000005, or the one that its killer gave it. */
struct jg_exit {
    uint32_t code;
    int signal;
};

/* The harness's main function; its result is the harness's exit status. */
typedef int jg_harness_main_fn(struct jg_os_start *start, void *argument);

/*
** Called first thing in every process of ours, by main. On Linux opens those of the descriptors 0, 1 and 2
** that aren't, and makes everything else that was inherited uninheritable; on Windows, where whom we spawn
** inherits only what is listed for it, just what the guard has handed to the harness. On a system where the
** harness is started from the executable anew, returns that, not to be freed, and takes the argument that tells
** of it out of argv; otherwise, and in the guard, NULL. If it can't, says why and exits with JG_EXIT_GUARD_FAILED.
*/
struct jg_os_start *jg_os_begin(int *argc, char **argv);

/* The strongest and the weakest level that this system could have at all. */
enum jg_level jg_os_strongest(void);
enum jg_level jg_os_weakest(void);

/*
** Step 1: creates the kill-on-close job. Its handle belongs to `run`, that is, to the guard alone. With
** `allow_detach` it also makes what the harness needs for jg_os_detach, which otherwise isn't there at all.
** *run, which must be NULL before, is to be closed even if this or another step has failed.
*/
bool jg_os_run_create(struct jg_os_run **run, enum jg_level level, bool allow_detach, struct jg_err *err);

/*
** Step 2: creates the harness, running, handing it a handle to the guard and the event. It waits for
** either in jg_os_harness_enter. `argument` reaches `harness_main` unchanged where the harness is a
** copy of this process, and is made anew from the same command line where it is not.
*/
bool jg_os_run_start(struct jg_os_run *run, jg_harness_main_fn *harness_main, void *argument, struct jg_err *err);

/* Step 3: puts the harness in the job. */
bool jg_os_run_assign(struct jg_os_run *run, struct jg_err *err);

/* Step 4: signals the event. From here on the harness may start processes. */
bool jg_os_run_signal(struct jg_os_run *run, struct jg_err *err);

/*
** Step 5: waits until the harness has ended and the job is empty. Meanwhile it passes interrupts on
** (the first politely, the second by ending the job at once) and follows stop and continue.
** `seconds` bounds the run, negative for no bound: past it the job is ended and *timed_out is set.
** *result is how the harness has ended. Fails if it could not enter the level; then the job is empty and a
** weaker level may be tried. Fails also if the system doesn't let us wait for the job or end it.
*/
bool jg_os_run_wait(struct jg_os_run *run, double seconds, struct jg_exit *result, bool *timed_out, struct jg_err *err);

/* Ends the job if it hasn't ended, waits until it is empty (on Windows not for whom it can't end or count, whom
** this process's end does), frees `run`. NULL is fine. */
void jg_os_run_close(struct jg_os_run *run);

/* Keeps in mind, for jg_guarantee(), why a stronger level than the one in use was not to be had. */
void jg_os_run_refused(enum jg_level level, const struct jg_err *err);

/* Ends this process by the signal that interrupted the run, as whoever sent it expects; returns if that can't be. */
void jg_os_die_as(const struct jg_exit *result);

/* ------------------------------------------------------------------------------------------------
** The harness's side of the guarantee.
*/

/*
** Waits for either handle. True: this process is in the job, and nothing it starts can outlive the
** guard. False: the run was cancelled, or the level could not be entered; nothing was started and
** the only right thing to do is to exit with the status JG_EXIT_GUARD_FAILED.
*/
bool jg_os_harness_enter(struct jg_os_start *start, struct jg_err *err);

/* Becomes the command: this process image is replaced by it, or, where the system has no such thing,
** runs it and exits with its status. Returns only if it can't be run: why, in `err`. */
void jg_os_harness_exec(char *const *argv, struct jg_err *err);

struct jg_guarantee {
    enum jg_level level;
    char why[512]; /* why not a stronger one; empty if this is the strongest */
};

/* The guarantee that holds for this process. Valid after jg_os_harness_enter. */
const struct jg_guarantee *jg_os_guarantee(void);

/*
** `interrupted` is called when the user asks the run to end: Ctrl-C, SIGTERM, SIGHUP, Ctrl-Break, the
** console's closing; and when standard output is closed under a script that writes to it. It runs in
** a signal handler, or in a thread of the system's while the harness's thread, which is the one that has
** called jg_os_interrupt_watch, stands still in the middle of whatever it is doing: it may set flags, set a
** Lua hook, wake the loop or end the process at once, and nothing else: no lock that the harness's thread may
** have. `signal` is the number for the exit status 128+signal, `name` static text.
*/
typedef void jg_os_interrupted_fn(int signal, const char *name);
void jg_os_interrupt_watch(jg_os_interrupted_fn *interrupted);

/* Ends this process with that status: nothing is written out, nobody cleans up, and no lock is needed for it. */
void jg_os_exit_at_once(int status);

/* What was interrupted knows it. Until then the system breaks off what the harness's thread waits for outside of the
** loop, such as a read of the C library's, if it can. */
void jg_os_interrupt_raised(void);

/* What was interrupted has been dealt with, as at a prompt, and the run goes on: the next interrupt is
** a first one again, which the guard passes on politely. */
void jg_os_interrupt_consumed(void);

/* Makes *number `to` if it is `from`, in one step: `interrupted`, which may come between any two, writes such numbers,
** too. False: it is another one, and stays as it is. */
bool jg_os_replace(volatile int *number, int from, int to);

/* ------------------------------------------------------------------------------------------------
** Jobs and processes. Everything here belongs to the thread that runs `uv_loop`; callbacks come from
** within uv_run, jg_os_loop_settle or jg_os_loop_linger, never from within the function that asked for them.
*/
struct jg_os_loop;
struct jg_os_job;
struct jg_os_process;

/* Hooks the backend into `uv_loop`, which must outlive it. */
bool jg_os_loop_open(struct jg_os_loop **loop, uv_loop_t *uv_loop, struct jg_err *err);

/* Ends every job, waits until all are empty, frees everything. NULL is fine. */
void jg_os_loop_close(struct jg_os_loop *loop);

/*
** A spawn's outcome may not be known when jg_os_spawn returns: the new process shares this one's
** memory until its exec, and meanwhile we go on. While jg_os_loop_settling is true, call
** jg_os_loop_settle in each turn of the loop; it delivers the outcomes that are known by now and, if
** `may_block`, first waits (about a millisecond at the most) for one that isn't.
*/
bool jg_os_loop_settling(const struct jg_os_loop *loop);
void jg_os_loop_settle(struct jg_os_loop *loop, bool may_block);

/*
** Must be called before the loop would wait: hands out what has happened by now or, where that costs less than to fall
** asleep and to be woken, within a fraction of a millisecond. True: something has happened.
*/
bool jg_os_loop_linger(struct jg_os_loop *loop);

/* What keeps the job together: "cgroup", "reaper", "namespace", "job-object". Static text. */
const char *jg_os_job_kind(const struct jg_os_job *job);

struct jg_os_job_options {
    bool isolate; /* process numbers, and on Linux a /proc, of its own */
};

/* The job has become empty after it had been populated. May come more than once. */
typedef void jg_os_job_emptied_fn(void *owner);

/*
** Makes a job inside `parent`, or inside the run's own job if that is NULL. Whoever is spawned into it
** is born in it, and so is everything that those start. The caller owns the job and gives it up with
** jg_os_job_release. NOT_SUPPORTED, or DENIED: it can't be isolated.
*/
bool jg_os_job_create(struct jg_os_loop *loop, struct jg_os_job *parent, const struct jg_os_job_options *options,
                      jg_os_job_emptied_fn *emptied, void *owner, struct jg_os_job **job, struct jg_err *err);

/* True if no process is left in the job or in any job inside it. */
bool jg_os_job_empty(const struct jg_os_job *job);

/* The exit code of a process that was killed, where that is an exit: what a shell says of SIGKILL. */
enum { JG_KILLED = 128 + 9 };

/*
** Asks the system to end every process in the job and in the jobs inside it, atomically where the
** platform can; the emptiness is reported later. Processes end with the exit code `code` on Windows,
** JG_KILLED unless somebody has asked for another, and by SIGKILL on Linux.
*/
bool jg_os_job_terminate(struct jg_os_job *job, uint32_t code, struct jg_err *err);

/* Freezes or thaws every process in the job. A frozen job refuses jg_os_spawn. A freeze that fails has been undone. */
bool jg_os_job_freeze(struct jg_os_job *job, bool frozen, struct jg_err *err);

/*
** Gives the job up: no callback comes any more, what is left in it is ended, and the memory is freed
** when it is empty. Jobs inside it must have been released before.
*/
void jg_os_job_release(struct jg_os_job *job);

/* What a job and all that is inside it may have at most, and the name of the option. */
#define JG_LIMITS(X) \
    X(MEMORY, "memory")       /* bytes, of all its processes together; the system ends the job, or refuses memory */ \
    X(PROCESSES, "processes") /* at one moment; on Linux their threads count, too. More can't be started */ \
    X(CPUS, "cpus")           /* processors' worth of time; it is slowed down to that */ \
    X(CPU_TIME, "cpu_time")   /* seconds, user's and system's, of those that have ended, too. The caller watches it \
                                 on every system; one that can end a job for it by itself is asked to, besides */

enum jg_limit {
    JG_LIMIT_NONE,
#define JG_LIMIT_ENUM(limit, name) JG_LIMIT_##limit,
    JG_LIMITS(JG_LIMIT_ENUM)
#undef JG_LIMIT_ENUM
};
enum { JG_LIMIT_COUNT = JG_LIMIT_CPU_TIME + 1 };

/*
** Sets a limit, which must be done before anything is started in the job or inside it. `value` is above 0; one larger
** than any machine is taken, too, and never reached. A job inside another can't have more than that, whatever its own
** limit says.
** NOT_SUPPORTED: this system, or this place in it, can't enforce it, and nothing has changed.
*/
bool jg_os_job_limit(struct jg_os_job *job, enum jg_limit limit, double value, struct jg_err *err);

/* Of all that are in the job and in the jobs inside it, and of all that ever were. -1 in a number means that the
** platform doesn't know it: none of them is a part of what it says it is. */
struct jg_os_usage {
    double user_time, system_time;
    int64_t peak_memory;
    int64_t active_processes, total_processes;
    int64_t read_bytes, written_bytes;
};
bool jg_os_job_usage(struct jg_os_job *job, struct jg_os_usage *usage, struct jg_err *err);

/* Of it, what the limit CPU_TIME is about, in seconds: user's and system's. Of a job with that limit it is known while
** no descriptor is free, too. */
bool jg_os_job_cpu_time(struct jg_os_job *job, double *seconds, struct jg_err *err);

struct jg_os_process_info {
    int64_t local_pid, local_parent; /* as this process sees them: others than pid and parent in an isolated job */
    int64_t pid, host_pid, parent;   /* host_pid: as seen from outside of the guard; parent in pid's world */
    const char *name;                /* of the executable */
    const char *command;             /* the command line, its arguments joined by blanks */
    const char *state;   /* running, sleeping, waiting (for a disk), stopped, traced, zombie, idle, frozen */
    double started, age; /* seconds since the Unix epoch; seconds since then, where it can be by a clock never set */
    double user_time, system_time;
    int64_t memory; /* resident */
    int64_t threads;
    bool ending;   /* its job, or one around it, was asked to end it: see jg_os_job_terminate */
    bool internal; /* no work of the script's, and soon to end: a reaper of ours, the system's half of a console */
};

/* The text in `info` is valid during the call only. */
typedef void jg_os_process_each_fn(const struct jg_os_process_info *info, void *argument);

/* Calls `each` for every process in the job and in the jobs inside it: a snapshot, by pid. */
bool jg_os_job_processes(struct jg_os_job *job, jg_os_process_each_fn *each, void *argument, struct jg_err *err);

/* The same for every process of the run, whatever job it is in; pids as this process sees them. */
bool jg_os_loop_processes(struct jg_os_loop *loop, jg_os_process_each_fn *each, void *argument, struct jg_err *err);

/* What to spawn. All of it is copied before jg_os_spawn returns, but the descriptors. */
struct jg_os_command {
    char *const *argv;     /* NULL-terminated; argv[0] is looked up in PATH if it has no separator */
    const char *cwd;       /* NULL: as ours; argv[0] with a separator is relative to it */
    char *const *env;      /* NULL-terminated "NAME=value"; NULL: as ours */
    int stdio[3];          /* C descriptors to become its 0, 1 and 2; or one of the two below */
    struct jg_os_pty *pty; /* the terminal that it gets; NULL: none of its own */
};

enum { JG_STDIO_INHERIT = -1 /* ours */, JG_STDIO_TERMINAL = -2 /* its terminal */ };

struct jg_os_status {
    struct jg_exit exit;
    bool known; /* false: it ended, but how is nobody's to know (somebody else's child) */
    /* -1: the platform doesn't know it; on Linux 0, all of it, of one for whom neither we nor its reaper could wait */
    double user_time, system_time;
    int64_t peak_memory;
    int64_t read_bytes, written_bytes;
    enum jg_limit limit; /* it failed, or was killed, and this limit of a job that it was in was reached meanwhile */
};

/* `spawned` comes once for each successful jg_os_spawn: with NULL, or with why it could not be run
** (then no `ended` comes and the process is freed after the call). `ended` comes once, after it. */
struct jg_os_process_events {
    void (*spawned)(void *owner, const struct jg_err *err);
    void (*ended)(void *owner, const struct jg_os_status *status);
};

/* Can a file have that name? On Windows it must be UTF-8. */
bool jg_os_is_name(const char *name);

/*
** Starts a process, born in `job` (NULL: in the run's own job). Never copies this process's memory.
** The descriptors in stdio and the terminal stay the caller's, who may close them once `spawned` has come. A process
** with a terminal leads a session of its own, or has a console of its own: what is typed there interrupts it alone.
** *process is given up with jg_os_process_release, unless `spawned` has told that it could not be run. INVALID: the
** job is frozen. After false nothing comes.
*/
bool jg_os_spawn(struct jg_os_loop *loop, struct jg_os_job *job, const struct jg_os_command *command,
                 const struct jg_os_process_events *events, void *owner, struct jg_os_process **process,
                 struct jg_err *err);

/* A handle of a process that somebody else started, by its pid as we see it; `ended` comes for it, and `spawned`
** doesn't. It is given up with jg_os_process_release. GONE: there is none. */
bool jg_os_process_open(struct jg_os_loop *loop, int64_t pid, const struct jg_os_process_events *events, void *owner,
                        struct jg_os_process **process, struct jg_err *err);

/* As its own world, as we, and as the world outside of the guard number it; -1 if that isn't known. Of one that lives,
** and of which it is known that it runs, only the last may be unknown. */
int64_t jg_os_process_pid(const struct jg_os_process *process);
int64_t jg_os_process_local_pid(const struct jg_os_process *process);
int64_t jg_os_process_host_pid(const struct jg_os_process *process);

/*
** Sends a signal by its name in lower case ("term", "kill", "int", "hup", "dump", "usr1", "usr2",
** "stop", "cont", …), through a handle, so that it can't hit a stranger who got the same number.
** INVALID: no such name. NOT_SUPPORTED: not on this platform. GONE: it has ended.
*/
bool jg_os_process_signal(struct jg_os_process *process, const char *name, struct jg_err *err);

/* The number of a signal for the exit status, or 0; and the name of a number ("TERM"), or "?". */
int jg_os_signal_number(const char *name);
const char *jg_os_signal_name(int number);

/* Kills this process's children, also those that it has started in another way, such as io.popen's: the
** run has been interrupted, and whoever would wait for one of them now would keep it from ending. */
void jg_os_end_children(void);

/* The names that jg_os_process_signal knows, from index 0 on; NULL after the last. */
const char *jg_os_known_signal(size_t index);

/* What a descriptor is open on: a file, a terminal, or a pipe, of which both ends are the same. */
struct jg_os_identity {
    uint64_t device, number; /* both 0: nothing by which who has it could be told from others */
};
void jg_os_identify(int descriptor, struct jg_os_identity *identity);

typedef void jg_os_identity_each_fn(const struct jg_os_identity *identity, void *argument);

/* Calls `each` for what the process of that pid (as we see it) has open; never waits for a file's server. */
bool jg_os_process_holds(int64_t pid, jg_os_identity_each_fn *each, void *argument, struct jg_err *err);

/* Gives the handle up: no callback comes any more. The process itself goes on in its job. NULL is fine. */
void jg_os_process_release(struct jg_os_process *process);

/* ------------------------------------------------------------------------------------------------
** Terminals for processes: a pty, or a pseudoconsole. One is for one process, and the script is who sits at it. It
** lasts until it is hung up, whoever else has it open.
*/
struct jg_os_pty;

/*
** Makes a terminal of that size in characters, which lasts until jg_os_pty_hang_up. The descriptors are the caller's to
** close, the first to read what is shown and the second to type. NOT_SUPPORTED: this system has none.
*/
bool jg_os_pty_open(struct jg_os_pty **pty, int rows, int columns, int descriptors[2], struct jg_err *err);

/* What its process has open then, by which jg_os_process_holds finds those who have it. */
void jg_os_pty_identify(const struct jg_os_pty *pty, struct jg_os_identity *identity);

/* Gives it another size, in characters. */
bool jg_os_pty_resize(struct jg_os_pty *pty, int rows, int columns, struct jg_err *err);

/* Makes what is to be typed what a keyboard there would send, where newlines aren't that; in place. Returns its
** length, which is never more. */
size_t jg_os_pty_type(char *text, size_t length);

/* What is typed at the beginning of a line to end the input. */
const char *jg_os_pty_end_of_input(void);

/* The text is valid during the call only. */
typedef void jg_os_pty_shown_fn(void *owner, const char *text, size_t length);

/*
** Hangs up and frees the terminal: its process has ended, or is told by that. Never blocks. If the descriptors are
** still open, what has been shown and not been read isn't lost: true, `shown` has been called with all of it (who goes
** on writing for ever is cut off), and the descriptors are no use any more; false, it is to be read there, and the end
** follows it.
*/
bool jg_os_pty_hang_up(struct jg_os_pty *pty, jg_os_pty_shown_fn *shown, void *owner);

/* ------------------------------------------------------------------------------------------------
** Detaching: a process that is meant to outlive the run, if the command line allows that. Nobody in the run can start
** one: it is asked for, and somebody outside starts it, who logs it before it runs. So whoever is ended at whatever
** moment, nothing is left but what is in the log.
*/
struct jg_os_detach; /* a request */

struct jg_os_detached {
    int64_t pid;    /* as seen from outside of the guard */
    double started; /* seconds since the Unix epoch */
};

/* Either is NULL. The request is freed after the call. */
typedef void jg_os_detached_fn(void *owner, const struct jg_os_detached *detached, const struct jg_err *err);

/* May this run detach? False: DENIED. */
bool jg_os_may_detach(struct jg_err *err);

/*
** Asks for it; `answered` comes once, from within uv_run: it runs the command, or why not. Any number at a time; they
** are started one by one. All of `command` is copied, the descriptors too, of which none may be JG_STDIO_INHERIT.
** *request is there until `answered` has come or it is released. DENIED: as jg_os_may_detach.
*/
bool jg_os_detach(struct jg_os_loop *loop, const struct jg_os_command *command, jg_os_detached_fn *answered,
                  void *owner, struct jg_os_detach **request, struct jg_err *err);

/* `answered` doesn't come any more. What nobody has begun to do isn't done. */
void jg_os_detach_release(struct jg_os_detach *request);

/* The name of the log, a file of the user's; NULL: there is no place for it. Valid until the next call. */
const char *jg_os_detached_log(void);

/* Calls `each` for every process in the log that lives and that can be seen from here, and forgets those that have
** ended. A log that isn't there is empty. *damaged: which line of it is none, and so it was left as it is; or 0. */
struct jg_detached;
typedef void jg_os_detached_each_fn(const struct jg_detached *entry, void *argument);
bool jg_os_detached(jg_os_detached_each_fn *each, void *argument, int *damaged, struct jg_err *err);

/* ------------------------------------------------------------------------------------------------
** Attaching: one run looks into another. A harness listens; its user and the system's administrator,
** and nobody else, may come in, from another run that was started at jg_os_level_to_attach.
*/

/* Somebody has come in: the descriptor of a connection, to read and to write, which is the callee's to close. */
typedef void jg_os_attached_fn(void *owner, int descriptor);

/* Lets others attach from now on, until jg_os_loop_close or the end of the process, by whatever; nothing
** is left of it then. It is nothing that the loop waits for. The harness goes on without it if it fails. */
bool jg_os_attach_listen(struct jg_os_loop *loop, jg_os_attached_fn *attached, void *owner, struct jg_err *err);

/* The strongest level from within which other harnesses can be seen. */
enum jg_level jg_os_level_to_attach(void);

/* A harness that listens. What may not be known is NULL, or -1. */
struct jg_os_harness_info {
    int64_t id;          /* the pid of its guard, as we see it */
    const char *user;    /* whose it is */
    const char *level;   /* NULL: it isn't ours to attach to */
    const char *state;   /* of the harness itself, as in jg_os_process_info */
    const char *command; /* the guard's command line, its arguments joined by blanks */
    const char *folder;  /* the harness's working directory */
    double started;      /* seconds since the Unix epoch */
    int64_t processes;   /* how many it has started that live, theirs included */
};

/* The text in `info` is valid during the call only. */
typedef void jg_os_harness_each_fn(const struct jg_os_harness_info *info, void *argument);

/* Calls `each` for every harness that listens and whose guard we can see. Asks the system, not the
** harnesses: one that is stopped or busy is listed, too, and isn't waited for. */
bool jg_os_harnesses(jg_os_harness_each_fn *each, void *argument, struct jg_err *err);

/* Connects to the harness of that id: a descriptor as above. NOT_FOUND: there is none. DENIED: it is
** somebody else's. Doesn't wait until the harness takes notice. */
bool jg_os_attach(int64_t id, int *descriptor, struct jg_err *err);

/* ------------------------------------------------------------------------------------------------
** A line editor on the terminal. It reads in a thread of its own, so the loop goes on while the user
** types; the finished line is delivered within uv_run.
*/
struct jg_os_console;

/* `line` is what was typed, without its newline, valid during the call; NULL at the end of input.
** `cancelled`: the line was given up (Ctrl-C or jg_os_console_cancel). */
typedef void jg_os_console_line_fn(void *owner, const char *line, bool cancelled);

/* Reads standard input; that and standard output must be terminals. `history`: file that keeps the history, or NULL. */
bool jg_os_console_open(struct jg_os_console **console, uv_loop_t *uv_loop, const char *history,
                        jg_os_console_line_fn *line, void *owner, struct jg_err *err);

/* Asks for one line; `line` comes once for it. One at a time. `prompt` is copied. */
void jg_os_console_ask(struct jg_os_console *console, const char *prompt);

/* Gives the line that is being typed up; `line` comes with `cancelled`. */
void jg_os_console_cancel(struct jg_os_console *console);

/* Takes the line that is being typed, if one is, off the screen, so that something can be printed; nothing of it is
** lost. Not everywhere: then it stays where it is. */
void jg_os_console_hide(struct jg_os_console *console);

/* Shows it again. `begun`: the last line that was printed hasn't come to its end. */
void jg_os_console_show(struct jg_os_console *console, bool begun);

/* Ends the thread, leaves the terminal as it was. `line` doesn't come any more. NULL is fine. */
void jg_os_console_close(struct jg_os_console *console);

/* ------------------------------------------------------------------------------------------------
** Small things that differ by name only.
*/
/* More room in a pipe, if the system lets us, so that who writes much waits less often. */
void jg_os_widen_pipe(intptr_t descriptor);

const char *jg_os_null_device(void);           /* "/dev/null", "NUL" */
bool jg_os_is_absolute(const char *path);      /* or does it begin where we are? */
const char *jg_os_file_name(const char *path); /* what follows its last separator */

/* Do the names of variables differ by more than case? If so, do these two, of these lengths, mean the same one? */
bool jg_os_variables_fold_case(void);
bool jg_os_same_variable(const char *a, size_t a_length, const char *b, size_t b_length);

char **jg_os_environment(void); /* NULL-terminated "NAME=value", ours, valid until it is changed or asked for again */
bool jg_os_is_terminal(int descriptor);
int jg_os_terminal_width(int descriptor); /* in characters; 0: it is none, or that isn't known */
int jg_os_processors(void);               /* that this process may use at once, 1 or more */

#endif
