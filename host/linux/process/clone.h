/*
** clone.h: the clone system calls, entered on a stack of the caller's choice.
*/
#ifndef JG_CLONE_H
#define JG_CLONE_H

#include <linux/sched.h>
#include <stddef.h>

/* What the linux-libc-dev of older systems lacks. */
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#ifndef CLONE_AUTOREAP
#define CLONE_AUTOREAP 0x400000000ULL
#endif
#ifndef CLONE_NNP
#define CLONE_NNP 0x800000000ULL
#endif
#ifndef CLONE_PIDFD_AUTOKILL
#define CLONE_PIDFD_AUTOKILL 0x1000000000ULL
#endif

/*
** One clone. The new process reads `run` and `argument` from here after the call has returned to us,
** so the structure must stay until that process has another memory or is gone.
*/
struct jg_clone {
    long number, a[5];
    void (*run)(void *argument); /* must not return */
    void *argument;
    struct clone_args args;
};

/* Enters the kernel with `args`: the pid of the new process, or minus an errno. */
long jg_clone3(struct jg_clone *clone);

/* The same by the older system call: no cgroup and no CLONE_CLEAR_SIGHAND. */
long jg_clone_legacy(struct jg_clone *clone);

#endif
