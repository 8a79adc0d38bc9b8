/*
** clone.c: the clone system calls, entered on a stack of the caller's choice.
**
** libc's wrapper offers neither clone3 nor a pidfd and a cgroup at once. The few instructions below
** are the only ones that two processes leave: ours by its return, the new one into `run`.
*/
#define _GNU_SOURCE
#include "clone.h"

#include <sys/syscall.h>

_Static_assert(offsetof(struct jg_clone, a) == 8, "known to the assembly");
_Static_assert(offsetof(struct jg_clone, run) == 48, "known to the assembly");
_Static_assert(offsetof(struct jg_clone, argument) == 56, "known to the assembly");

long jg_clone_enter(struct jg_clone *clone);

#if defined __x86_64__

__asm__(".pushsection .text\n"
        ".globl jg_clone_enter\n"
        ".hidden jg_clone_enter\n"
        ".type jg_clone_enter,@function\n"
        "jg_clone_enter:\n"
        "	.cfi_startproc\n"
        "	endbr64\n"
        "	movq %rdi, %r9\n"
        "	movq 0(%r9), %rax\n"
        "	movq 8(%r9), %rdi\n"
        "	movq 16(%r9), %rsi\n"
        "	movq 24(%r9), %rdx\n"
        "	movq 32(%r9), %r10\n"
        "	movq 40(%r9), %r8\n"
        "	syscall\n"
        "	testq %rax, %rax\n"
        "	jz 1f\n"
        "	ret\n"
        "1:	.cfi_undefined rip\n"
        "	xorl %ebp, %ebp\n"
        "	movq 56(%r9), %rdi\n"
        "	callq *48(%r9)\n"
        "	hlt\n"
        "	.cfi_endproc\n"
        ".size jg_clone_enter,.-jg_clone_enter\n"
        ".popsection\n");

#elif defined __aarch64__

__asm__(".pushsection .text\n"
        ".globl jg_clone_enter\n"
        ".hidden jg_clone_enter\n"
        ".type jg_clone_enter,%function\n"
        "jg_clone_enter:\n"
        "	.cfi_startproc\n"
        "	hint #34\n"
        "	mov x7, x0\n"
        "	ldr x8, [x7]\n"
        "	ldp x0, x1, [x7, #8]\n"
        "	ldp x2, x3, [x7, #24]\n"
        "	ldr x4, [x7, #40]\n"
        "	svc #0\n"
        "	cbz x0, 1f\n"
        "	ret\n"
        "1:	.cfi_undefined x30\n"
        "	mov x29, #0\n"
        "	mov x30, #0\n"
        "	ldp x9, x0, [x7, #48]\n"
        "	blr x9\n"
        "	brk #0\n"
        "	.cfi_endproc\n"
        ".size jg_clone_enter,.-jg_clone_enter\n"
        ".popsection\n");

#else
#error "no clone for this processor"
#endif

long jg_clone3(struct jg_clone *clone)
{
    clone->number = SYS_clone3;
    clone->a[0] = (long)&clone->args;
    clone->a[1] = sizeof clone->args;
    return jg_clone_enter(clone);
}

long jg_clone_legacy(struct jg_clone *clone)
{
    const struct clone_args *args = &clone->args;
    clone->number = SYS_clone;
    clone->a[0] = (long)((args->flags & 0xffffffff & ~(unsigned long long)CSIGNAL) | args->exit_signal);
    clone->a[1] = (long)(args->stack + args->stack_size);
    clone->a[2] = (long)args->pidfd; /* this call has one place for the pidfd and the parent's tid */
#if defined __aarch64__
    clone->a[3] = 0;
    clone->a[4] = (long)args->child_tid;
#else
    clone->a[3] = (long)args->child_tid;
    clone->a[4] = 0;
#endif
    return jg_clone_enter(clone);
}
