/*
** filtered.c: runs a command behind a seccomp filter that refuses what Docker's default one does, as far
** as it is about namespaces: filtered COMMAND [ARGUMENT...]
**
** Docker's refuses them to whoever has no CAP_SYS_ADMIN; this one refuses them to everybody.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    NAMESPACES =
        CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
};

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define REFUSE(error) RETURN(SECCOMP_RET_ERRNO | (error))
/* If the call's number is this one, the next instruction decides; else the one after it. */
#define ON_CALL(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1)

static struct sock_filter program[] = {
    LOAD(arch),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    RETURN(SECCOMP_RET_KILL_PROCESS),
    LOAD(nr),
    /* a filter can't look into memory, where clone3 has its flags: whoever gets this falls back on clone */
    ON_CALL(SYS_clone3),
    REFUSE(ENOSYS),
    ON_CALL(SYS_unshare),
    REFUSE(EPERM),
    ON_CALL(SYS_setns),
    REFUSE(EPERM),
    ON_CALL(SYS_mount),
    REFUSE(EPERM),
    ON_CALL(SYS_umount2),
    REFUSE(EPERM),
    ON_CALL(SYS_pivot_root),
    REFUSE(EPERM),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
    LOAD(args[0]),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 0, 1),
    REFUSE(EPERM),
    RETURN(SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
    struct sock_fprog filter = {.len = sizeof program / sizeof *program, .filter = program};
    if (argc < 2) {
        fprintf(stderr, "usage: filtered COMMAND [ARGUMENT...]\n");
        return 2;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1) {
        perror("filtered");
        return 1;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
