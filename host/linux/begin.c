/*
** begin.c: the first thing that any process of ours does.
*/
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../exit.h"
#include "linux.h"

struct jg_linux jg_linux = {.outer_proc = -1, .init_socket = -1, .detach_socket = -1};

/*
** A descriptor below 3 that isn't open would be given to the next file that we open, and then a
** stray print would go there. What takes its place can't do what the name says (standard input can't
** be read, the outputs can't be written), so that whoever uses it gets the same EBADF as without us.
*/
static void occupy_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

/* What a child gets is an explicit list; what we were given by accident isn't on it. */
static void make_uninheritable(void)
{
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        return;
    /* before Linux 5.11: a descriptor that isn't open is no matter */
    for (int fd = 3; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

struct jg_os_start *jg_os_begin(int *argc, char **argv)
{
    (void)argc;
    (void)argv;
    occupy_standard_descriptors();
    make_uninheritable();
    /* inherited as ignored, it would have the kernel reap our children before we see how they ended */
    signal(SIGCHLD, SIG_DFL);
    void *page = mmap(NULL, sizeof(struct jg_shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        perror("jghost: cannot map a page");
        exit(JG_EXIT_GUARD_FAILED);
    }
    jg_linux.shared = page;
    jg_linux.guard_host_pid = getpid();
    sigprocmask(SIG_BLOCK, NULL, &jg_linux.original_mask);
    return NULL;
}

int jg_os_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

enum jg_level jg_os_strongest(void)
{
    return JG_LEVEL_AUTOKILL;
}

enum jg_level jg_os_weakest(void)
{
    return JG_LEVEL_REAPER;
}

/* In a pid namespace only what was started in it is to be seen. */
enum jg_level jg_os_level_to_attach(void)
{
    return JG_LEVEL_REAPER;
}

const struct jg_guarantee *jg_os_guarantee(void)
{
    return &jg_linux.shared->guarantee;
}

void jg_os_run_refused(enum jg_level level, const struct jg_err *err)
{
    char reason[160];
    struct jg_guarantee *guarantee = &jg_linux.shared->guarantee;
    size_t used = strlen(guarantee->why);
    snprintf(guarantee->why + used, sizeof guarantee->why - used, "%s%s: %s: %s", used > 0 ? "; " : "",
             jg_level_name(level), err->what, jg_os_err_text(err->native, reason, sizeof reason));
}
