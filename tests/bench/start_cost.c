/*
** start_cost.c: which of two commands starts and ends faster, and by how much? It runs them in turns
** N times (the order changes every round, so that neither profits from the other), with the null
** device as their stdin and stdout, and prints medians. The difference is the median of the
** differences of the rounds, which noise that lasts longer than a round cannot move.
**
**     start_cost N COMMAND-A... --versus COMMAND-B...
**
** prints rounds=N a_us=X b_us=Y difference_us=Z, where Z > 0 means that A is slower.
*/
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 5

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void die(const char *command, const char *why)
{
    fprintf(stderr, "start_cost: %s: %s\n", command, why);
    exit(1);
}

static double wall(char **command, const posix_spawn_file_actions_t *actions)
{
    pid_t pid;
    int status;
    double begin = now_us();
    int error = posix_spawnp(&pid, command[0], actions, NULL, command, environ);
    if (error != 0)
        die(command[0], strerror(error));
    if (waitpid(pid, &status, 0) != pid || status != 0)
        die(command[0], "it failed");
    return now_us() - begin;
}

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static void measure(size_t rounds, char **a, char **b)
{
    posix_spawn_file_actions_t actions;
    double *times = calloc(3 * rounds, sizeof *times);
    if (times == NULL)
        die("memory", "not enough");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (size_t turn = 0; turn < WARM_UP + rounds; turn++) {
        size_t i = turn < WARM_UP ? 0 : turn - WARM_UP; /* the first rounds overwrite one another */
        int swapped = turn % 2;
        double first = wall(swapped ? b : a, &actions), second = wall(swapped ? a : b, &actions);
        times[i] = swapped ? second : first;
        times[rounds + i] = swapped ? first : second;
        times[2 * rounds + i] = times[i] - times[rounds + i];
    }
    printf("rounds=%zu a_us=%.1f b_us=%.1f difference_us=%.1f\n", rounds, median(times, rounds),
           median(times + rounds, rounds), median(times + 2 * rounds, rounds));
    posix_spawn_file_actions_destroy(&actions);
    free(times);
}

int main(int argc, char **argv)
{
    long rounds = argc > 4 ? atol(argv[1]) : 0;
    int between = 3;
    while (between < argc && strcmp(argv[between], "--versus") != 0)
        between++;
    if (rounds < 1 || between + 1 >= argc) {
        fprintf(stderr, "usage: start_cost N COMMAND-A... --versus COMMAND-B...\n");
        return 64;
    }
    argv[between] = NULL;
    measure((size_t)rounds, argv + 2, argv + between + 1);
    return 0;
}
