/*
** pause.c: a static program without a C library that does nothing for ever, so small
** that ten thousand of them fit on any machine. Any signal that isn't ignored ends it. Build:
**
**     cc -O2 -static -nostdlib -ffreestanding -fno-stack-protector -o pause pause.c
*/
void _start(void) __attribute__((noreturn));

/* ppoll of nothing, without a timeout: pause, on machines that have no such call too. */
static void wait_for_a_signal(void)
{
#if defined(__x86_64__)
    long result = 271;
    register long mask __asm__("r10") = 0;
    register long size __asm__("r8") = 8;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(0L), "S"(0L), "d"(0L), "r"(mask), "r"(size)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long number __asm__("x8") = 73;
    register long result __asm__("x0") = 0;
    register long count __asm__("x1") = 0;
    register long timeout __asm__("x2") = 0;
    register long mask __asm__("x3") = 0;
    register long size __asm__("x4") = 8;
    __asm__ volatile("svc #0" : "+r"(result) : "r"(number), "r"(count), "r"(timeout), "r"(mask), "r"(size) : "memory");
#else
#error "pause.c knows x86-64 and aarch64"
#endif
}

void _start(void)
{
    for (;;)
        wait_for_a_signal();
}
