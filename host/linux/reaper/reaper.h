/*
** reaper.h: what the harness and a job's reaper say to each other.
**
** A reaper is a small process that starts the processes of one job as its own children, so that what
** they leave behind comes to it. Both talk over a SOCK_SEQPACKET pair, of which the harness has the
** only other end: its end-of-file means that the harness is gone, or done with the job.
*/
#ifndef JG_REAPER_H
#define JG_REAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "../../os.h"
#include "../procfs/pids.h"

enum jg_reaper_word {
    /* requests */
    JG_REAPER_SPAWN, /* id; descriptors: its 0, 1, 2, then a cgroup, a terminal and a text if the flags say so */
    JG_REAPER_KILL,
    JG_REAPER_FREEZE, /* a descriptor, closed when it is done; before that, an int is written if it couldn't be */
    JG_REAPER_THAW,   /* the same */
    JG_REAPER_SETTLE, /* the same: all that was asked for before is done */
    JG_REAPER_CHILD,  /* a descriptor: the reaper's end of another pair; flags: isolated? */
    JG_REAPER_REAP,   /* to init alone: a descriptor, closed when all who had ended have been reaped */
    /* events */
    JG_REAPER_READY,   /* comes first: error, stage; a pidfd of the reaper */
    JG_REAPER_SPAWNED, /* id, pid; a pidfd */
    JG_REAPER_FAILED,  /* id, error, stage */
    JG_REAPER_EXITED,  /* pid, code, signal, usage */
    JG_REAPER_EMPTY,   /* id: how many spawns were asked for until then */
};

enum {
    JG_REAPER_CGROUP = 1,
    JG_REAPER_TEXT = 2,
    JG_REAPER_CWD = 4,
    JG_REAPER_ISOLATED = 8,
    JG_REAPER_TERMINAL = 16,
    JG_REAPER_APART = 32, /* it is born without CLONE_VM: see jg_birth_start */
};

/* Where READY failed. */
enum { JG_REAPER_AT_FORK, JG_REAPER_AT_NAMESPACE, JG_REAPER_AT_PROC };

enum { JG_REAPER_DESCRIPTORS = 6, JG_REAPER_INLINE = 16384 };

struct jg_reaper_message {
    uint32_t word, flags;
    uint64_t id;
    int32_t pid, error, stage, code, signal;
    uint32_t argc, envc; /* of the strings that follow: argv, env, cwd */
    uint64_t bytes;
    struct rusage usage;
};

struct jg_reaper_fds {
    int at[JG_REAPER_DESCRIPTORS];
    int count;
};

/* 0, or minus an errno: -EAGAIN, there is no room now. `text` (of message->bytes bytes) follows the message unless it
** is NULL. The descriptors stay the caller's. */
int jg_wire_send(int socket, const struct jg_reaper_message *message, const void *text,
                 const struct jg_reaper_fds *fds);

/* 1, 0 at the end, or minus an errno. `text` has room for JG_REAPER_INLINE bytes, or is NULL. Gives fds to close. */
int jg_wire_receive(int socket, struct jg_reaper_message *message, void *text, struct jg_reaper_fds *fds);

/* Closes them: there is none any more. */
void jg_wire_close(struct jg_reaper_fds *fds);

/* Asks init for a reaper, whose socket it gives, the caller's to close. READY is still to come. */
bool jg_reaper_request(bool isolate, int *socket, struct jg_err *err);

/* In init, which has just reaped all there were: serves one request, and adds who was made to `reapers`. False at the
** end of the socket. */
bool jg_reaper_serve(int init_socket, struct jg_pids *reapers);

/* Makes a reaper for the other end of `socket`, which it takes. In a single-threaded process. Returns its pid, or -1,
** and then READY has said why. */
pid_t jg_reaper_start(int socket, bool isolate);

/*
** In the parent of `reapers`, after a SIGCHLD: continues those of them that somebody has stopped, such as a process of
** the job's whose parent it is. Nothing else would tell what has ended there.
*/
void jg_reaper_continue(const struct jg_pids *reapers);

/* The reaper's life. */
_Noreturn void jg_reaper_main(int socket, bool isolate);

#endif
