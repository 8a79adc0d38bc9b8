/*
** raw.h: system calls without libc.
**
** A process between its clone and its exec shares this process's memory while we go on: libc's errno
** and everything else that is thread-local belongs to us, so it may use none of libc. JG_BARE marks
** its functions: they run on a foreign stack, beside the sanitizers' runtime.
*/
#ifndef JG_RAW_H
#define JG_RAW_H

#include <sys/syscall.h>

#define JG_BARE_ATTRIBUTES \
    no_sanitize("address"), no_sanitize("undefined"), no_sanitize("thread"), no_stack_protector, no_instrument_function
#define JG_BARE __attribute__((noinline, JG_BARE_ATTRIBUTES))

#if defined __x86_64__

static inline __attribute__((always_inline, JG_BARE_ATTRIBUTES)) long jg_raw(long number, long a, long b, long c,
                                                                             long d)
{
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}

#elif defined __aarch64__

static inline __attribute__((always_inline, JG_BARE_ATTRIBUTES)) long jg_raw(long number, long a, long b, long c,
                                                                             long d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}

#else
#error "no raw system calls for this processor"
#endif

#endif
