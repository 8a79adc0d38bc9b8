/*
** filtered.c: runs a command behind a seccomp filter: filtered FILTER COMMAND [ARGUMENT...]
**
** docker           what Docker's default one refuses, as far as it is about namespaces. Docker's refuses it to whoever
**                  has no CAP_SYS_ADMIN; this one to everybody
** clone3=ENOSYS    clone3 alone, as a filter does that is to make programs fall back on clone
** clone3=EPERM     the same by a filter that doesn't know clone3
*/
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

#define BEGIN \
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr)

static struct sock_filter docker[] = {
    BEGIN,
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

static struct sock_filter clone3_enosys[] = {BEGIN, ON_CALL(SYS_clone3), REFUSE(ENOSYS), RETURN(SECCOMP_RET_ALLOW)};
static struct sock_filter clone3_eperm[] = {BEGIN, ON_CALL(SYS_clone3), REFUSE(EPERM), RETURN(SECCOMP_RET_ALLOW)};

#define PROGRAM(code) ((struct sock_fprog){.len = sizeof(code) / sizeof *(code), .filter = (code)})

/* Empty if there is none of that name. */
static struct sock_fprog named(const char *name)
{
    if (strcmp(name, "docker") == 0)
        return PROGRAM(docker);
    if (strcmp(name, "clone3=ENOSYS") == 0)
        return PROGRAM(clone3_enosys);
    if (strcmp(name, "clone3=EPERM") == 0)
        return PROGRAM(clone3_eperm);
    return (struct sock_fprog){0};
}

int main(int argc, char **argv)
{
    struct sock_fprog filter = named(argc > 2 ? argv[1] : "");
    if (filter.len == 0) {
        fprintf(stderr, "usage: filtered docker|clone3=ENOSYS|clone3=EPERM COMMAND [ARGUMENT...]\n");
        return 2;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1) {
        perror("filtered");
        return 1;
    }
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    return 127;
}
