/*
** child_linux.c: the Linux half of the test child. See child.h for what each function promises.
*/
#define _GNU_SOURCE
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIGNALS 64
#define HIGH_FD 400 /* out of the way of the descriptors that a test looks at */
#define LINK_LENGTH 32

static int tell_fd = -1; /* where a branch tells that it stands; -1 when it has, or is none */

/* ---- a process's own life */

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void child_os_begin(void)
{
}

void child_os_hang(void)
{
    for (;;)
        pause();
}

int child_os_sleep(double seconds)
{
    double until = monotonic_seconds() + seconds;
    struct timespec at = {.tv_sec = (time_t)until};
    int error;
    at.tv_nsec = (long)((until - (double)at.tv_sec) * 1e9);
    while ((error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL)) == EINTR)
        ;
    return error;
}

double child_os_cpu_seconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

int child_os_exec(char **command)
{
    execvp(command[0], command);
    return errno;
}

static void *thread_hang(void *unused)
{
    child_os_hang();
    return unused;
}

int child_os_threads(size_t count)
{
    pthread_attr_t small;
    pthread_t thread;
    int error = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    while (count-- > 0 && error == 0)
        error = pthread_create(&thread, &small, thread_hang, NULL);
    pthread_attr_destroy(&small);
    return error;
}

struct leader {
    pthread_t thread;
    char **words;
};

static void *thread_without_leader(void *argument)
{
    struct leader leader = *(struct leader *)argument;
    pthread_join(leader.thread, NULL);
    exit(child_perform(leader.words));
}

int child_os_leaderless(char **words)
{
    static struct leader leader; /* this thread's stack is no place for it */
    pthread_t thread;
    leader.thread = pthread_self();
    leader.words = words;
    int error = pthread_create(&thread, NULL, thread_without_leader, &leader);
    if (error == 0)
        pthread_exit(NULL);
    return error;
}

int child_os_rename(const char *name)
{
    return prctl(PR_SET_NAME, name) ? errno : 0;
}

int child_os_undumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 0) ? errno : 0;
}

/* ---- streams */

int child_os_write(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t done = write(fd, at, size);
        if (done < 0 && errno != EINTR)
            return errno;
        if (done > 0) {
            at += done;
            size -= (size_t)done;
        }
    }
    return 0;
}

long child_os_read(int fd, void *data, size_t size)
{
    ssize_t got;
    do
        got = read(fd, data, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

int child_os_close(int fd)
{
    return close(fd) ? errno : 0;
}

int child_os_leak(int fd)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        return errno;
    if (null == fd)
        return 0;
    int error = dup2(null, fd) < 0 ? errno : 0;
    close(null);
    return error;
}

int child_os_append(const char *file, const char *text)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno;
    int error = child_os_write(fd, text, strlen(text));
    return close(fd) && error == 0 ? errno : error;
}

/* ---- signals. The kernel's own calls, because glibc hides two signals that the kernel delivers. */

struct kernel_action {
    unsigned long handler, flags, restorer, mask;
};

_Static_assert(sizeof(unsigned long) * 8 == SIGNALS, "a mask has one bit for each signal");

/* The number of TERM, SIGTERM or 15; 0 if there is none. */
static int signal_number(const char *name)
{
    char *end;
    long value = strtol(name, &end, 10);
    if (end != name && *end == '\0')
        return value > 0 && value <= SIGNALS ? (int)value : 0;
    if (strncmp(name, "SIG", 3) == 0)
        name += 3;
    for (int number = 1; number < 32; number++) {
        const char *known = sigabbrev_np(number);
        if (known && strcmp(known, name) == 0)
            return number;
    }
    return 0;
}

static int set_action(int number, void (*handler)(int))
{
    struct kernel_action action = {(unsigned long)handler, 0, 0, 0};
    return syscall(SYS_rt_sigaction, number, &action, NULL, sizeof action.mask) ? errno : 0;
}

static int change_mask(int how, unsigned long mask)
{
    return syscall(SYS_rt_sigprocmask, how, &mask, NULL, sizeof mask) ? errno : 0;
}

static unsigned long bit(int number)
{
    return 1UL << (number - 1);
}

int child_os_signal(const char *name)
{
    int number = signal_number(name);
    if (number == 0)
        return EINVAL;
    prctl(PR_SET_DUMPABLE, 0); /* a test that crashes on purpose leaves no core file */
    set_action(number, SIG_DFL);
    change_mask(SIG_UNBLOCK, bit(number));
    fflush(stdout);
    int error = kill(getpid(), number) ? errno : 0;
    int stops = number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
    return error || stops ? error : EPERM; /* the init of a namespace survives */
}

int child_os_kill(long pid, const char *name)
{
    int number = signal_number(name);
    if (number == 0)
        return EINVAL;
    return kill((pid_t)pid, number) ? errno : 0;
}

int child_os_ignore(const char *name)
{
    int number = signal_number(name);
    return number ? set_action(number, SIG_IGN) : EINVAL;
}

int child_os_block(const char *name)
{
    int number = signal_number(name);
    return number ? change_mask(SIG_BLOCK, bit(number)) : EINVAL;
}

int child_os_ignore_all(void)
{
    for (int number = 1; number <= SIGNALS; number++) {
        if (number != SIGKILL && number != SIGSTOP && set_action(number, SIG_IGN) != 0)
            return errno;
    }
    return 0;
}

int child_os_block_all(void)
{
    return change_mask(SIG_BLOCK, ~0UL);
}

static volatile sig_atomic_t term_code;

static void on_term(int number)
{
    (void)number;
    if (write(1, "terminated\n", 11) < 0)
        _exit(CHILD_REFUSED);
    _exit(term_code);
}

int child_os_expect_term(int code)
{
    struct sigaction action = {.sa_handler = on_term};
    term_code = code;
    return sigaction(SIGTERM, &action, NULL) ? errno : 0;
}

/* ---- other processes */

void child_os_settle(void)
{
    if (tell_fd < 0)
        return;
    child_os_write(tell_fd, "\n", 1);
    close(tell_fd);
    tell_fd = -1;
}

/* A pipe for one branch's news, both ends close-on-exec, the branch's far away from the low numbers. */
static int news_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    int high = fcntl(ends[1], F_DUPFD_CLOEXEC, HIGH_FD);
    if (high >= 0) {
        close(ends[1]);
        ends[1] = high;
    }
    return 0;
}

/* The branch's first and only way: never returns. It keeps its own end of `news`, and nobody else's. */
static void be_branch(int news[2], char **words)
{
    close(news[0]);
    if (tell_fd >= 0)
        close(tell_fd);
    tell_fd = news[1];
    exit(child_perform(words));
}

/* Closes the branch's end in this process and waits for the news. */
static int stands(int news[2])
{
    char byte;
    close(news[1]);
    long got = child_os_read(news[0], &byte, 1);
    close(news[0]);
    return got == 1;
}

long child_os_branch(char **words)
{
    int news[2];
    if (news_pipe(news) != 0)
        return -errno;
    fflush(stdout);
    pid_t pid = fork();
    int error = errno;
    if (pid == 0)
        be_branch(news, words);
    int standing = stands(news);
    if (pid < 0)
        return -error;
    return standing ? pid : CHILD_ENDED;
}

long child_os_detach(char **words)
{
    int news[2];
    if (news_pipe(news) != 0)
        return -errno;
    fflush(stdout);
    pid_t pid = fork();
    int error = errno;
    if (pid == 0) {
        setsid();
        pid = fork();
        if (pid == 0)
            be_branch(news, words);
        _exit(pid < 0 ? errno : 0);
    }
    int standing = stands(news), status = 0;
    if (pid < 0)
        return -error;
    waitpid(pid, &status, 0); /* the daemon is an orphan only from here on */
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        return -WEXITSTATUS(status);
    return standing ? pid : CHILD_ENDED;
}

/* The child's first act, in every other kind of fork: it isn't the one that its parent's parent waits for. */
static pid_t plain_fork(void)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0 && tell_fd >= 0) {
        close(tell_fd);
        tell_fd = -1;
    }
    return pid;
}

int child_os_stopped(void)
{
    siginfo_t info;
    pid_t pid = plain_fork();
    if (pid < 0)
        return errno;
    if (pid == 0) {
        raise(SIGSTOP);
        child_os_hang();
    }
    return waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT) ? errno : 0;
}

int child_os_vfork(void)
{
    pid_t pid = vfork();
    if (pid == 0)
        child_os_hang();
    return pid < 0 ? errno : 0;
}

int child_os_flee(double seconds)
{
    double until = monotonic_seconds() + seconds;
    while (monotonic_seconds() < until) {
        pid_t pid = fork();
        if (pid > 0)
            _exit(0);
        child_os_sleep(0.0005); /* or a slow init would have more dead to bury than there are pids */
    }
    _exit(0);
}

int child_os_zombies(size_t count)
{
    siginfo_t info;
    while (count-- > 0) {
        pid_t pid = plain_fork();
        if (pid < 0)
            return errno;
        if (pid == 0)
            _exit(0);
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0)
            return errno;
    }
    return 0;
}

int child_os_reap(void)
{
    while (waitpid(-1, NULL, 0) >= 0 || errno == EINTR)
        ;
    return errno == ECHILD ? 0 : errno;
}

int child_os_setsid(void)
{
    return setsid() < 0 ? errno : 0;
}

int child_os_subreaper(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1) ? errno : 0;
}

/* ---- what it was born with */

void child_os_dump_ids(void)
{
    printf("pid=%d parent=%d group=%d session=%d uid=%u gid=%u\n", (int)getpid(), (int)getppid(), (int)getpgrp(),
           (int)getsid(0), (unsigned)geteuid(), (unsigned)getegid());
}

static const char *kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFIFO:
        return "pipe";
    case S_IFSOCK:
        return "socket";
    case S_IFCHR:
        return "character";
    case S_IFBLK:
        return "block";
    default:
        return "anonymous";
    }
}

static void dump_fd(int fd)
{
    static const char *const access[] = {"r", "w", "rw", "-"};
    struct stat status;
    char link[LINK_LENGTH], name[PATH_MAX];
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fstat(fd, &status) != 0)
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) /* no /proc, or another namespace's */
        length = snprintf(name, sizeof name, "%llu:%llu", (unsigned long long)status.st_dev,
                          (unsigned long long)status.st_ino);
    name[length] = '\0';
    printf("%d %s %s ", fd, flags & O_PATH ? "-" : access[flags & O_ACCMODE], kind_of(status.st_mode));
    child_quote(name);
}

/* The highest open descriptor. Opens /proc only for a moment, so that what is dumped is what was there. */
static int highest_fd(void)
{
    struct rlimit limit;
    struct dirent *entry;
    int highest = -1;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) /* guess; no test has more */
        return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
    while ((entry = readdir(folder)) != NULL) {
        int fd = atoi(entry->d_name);
        highest = fd > highest ? fd : highest;
    }
    closedir(folder);
    return highest;
}

int child_os_dump_fds(void)
{
    int highest = highest_fd();
    for (int fd = 0; fd <= highest; fd++) {
        if (fd != tell_fd)
            dump_fd(fd);
    }
    return 0;
}

void child_os_dump_environment(void)
{
    for (char **variable = environ; variable && *variable; variable++)
        child_quote(*variable);
}

int child_os_dump_cwd(void)
{
    char *path = getcwd(NULL, 0);
    if (path == NULL)
        return errno;
    child_quote(path);
    free(path);
    return 0;
}

static void print_signals(const char *what, unsigned long mask)
{
    fputs(what, stdout);
    for (int number = 1; number <= SIGNALS; number++) {
        const char *name = number < 32 ? sigabbrev_np(number) : NULL;
        if (!(mask & bit(number)))
            continue;
        if (name)
            printf(" %s", name);
        else
            printf(" %d", number);
    }
    putchar('\n');
}

int child_os_dump_signals(void)
{
    unsigned long blocked = 0, ignored = 0;
    struct kernel_action action;
    if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked) != 0)
        return errno;
    for (int number = 1; number <= SIGNALS; number++) {
        if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof action.mask) == 0 &&
            action.handler == (unsigned long)SIG_IGN)
            ignored |= bit(number);
    }
    print_signals("blocked", blocked);
    print_signals("ignored", ignored);
    return 0;
}

static void print_limit(rlim_t limit)
{
    if (limit == RLIM_INFINITY)
        fputs(" unlimited", stdout);
    else
        printf(" %llu", (unsigned long long)limit);
}

void child_os_dump_limits(void)
{
    static const struct {
        const char *name;
        int resource;
    } limits[] = {
        {"as", RLIMIT_AS},
        {"core", RLIMIT_CORE},
        {"cpu", RLIMIT_CPU},
        {"data", RLIMIT_DATA},
        {"fsize", RLIMIT_FSIZE},
        {"memlock", RLIMIT_MEMLOCK},
        {"nofile", RLIMIT_NOFILE},
        {"nproc", RLIMIT_NPROC},
        {"stack", RLIMIT_STACK},
        {"nice", RLIMIT_NICE},
        {"rtprio", RLIMIT_RTPRIO},
        {"sigpending", RLIMIT_SIGPENDING},
        {"msgqueue", RLIMIT_MSGQUEUE},
    };
    struct rlimit limit;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (getrlimit((__rlimit_resource_t)limits[i].resource, &limit) != 0)
            continue;
        fputs(limits[i].name, stdout);
        print_limit(limit.rlim_cur);
        print_limit(limit.rlim_max);
        putchar('\n');
    }
}
