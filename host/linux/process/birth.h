/*
** birth.h: a process from its clone to its exec.
*/
#ifndef JG_BIRTH_H
#define JG_BIRTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "clone.h"
#include "plan.h"

enum jg_birth_stage { JG_BIRTH_EXEC, JG_BIRTH_CHDIR, JG_BIRTH_SETUP, JG_BIRTH_START };

/* Read by the new process, and written by it where the comment says so: in memory that both have. */
struct jg_birth {
    struct jg_clone clone;
    uint32_t tid; /* not 0 while the new process uses this memory; a futex, cleared by the kernel */
    int pidfd;    /* from the kernel, valid once jg_birth_start has returned a pid */
    int error;    /* by the new process: the errno of `stage`, if its exec failed */
    int stage;    /* by the new process */
    struct jg_plan *plan;
    int from[3];         /* descriptors below `low`, to become 0, 1 and 2; -1: left alone */
    int terminal;        /* a descriptor of ours, to become its controlling terminal; -1: none */
    unsigned low;        /* descriptors from here on don't reach it */
    uint64_t mask;       /* its signals, as the kernel writes them */
    pid_t parent;        /* not 0: die with this parent */
    bool leads;          /* a process group of its own */
    bool clear_handlers; /* by jg_birth_start: the kernel hasn't cleared them */
    bool set_limit;      /* give it `limit` as RLIMIT_NOFILE */
    struct rlimit limit;
};

/* At level `reaper` a process must die with its parent: no namespace ends it. */
bool jg_birth_dies_with_parent(void);

/* Fills what is the same for every process. `parent` 0: it needn't die with it. */
void jg_birth_init(struct jg_birth *birth, pid_t parent);

/*
** Starts the process on `stack`, in the cgroup whose directory is `cgroup` (-1: ours). `flags`: CLONE_VM, CLONE_VFORK,
** or both. Where it may be killed for want of memory it must be without CLONE_VM: the kernel kills all who share the
** memory of such a process. *legacy remembers that clone3 doesn't work here. The pid, or minus an errno.
*/
pid_t jg_birth_start(struct jg_birth *birth, void *stack, size_t stack_size, int cgroup, unsigned flags, bool *legacy);

/* The words for a failed birth's stage. Static text. */
const char *jg_birth_what(int stage);

#endif
