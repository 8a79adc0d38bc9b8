/*
** plan.c: a command, copied and made ready for execve, so that the new process need not think.
*/
#define _GNU_SOURCE
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char default_path[] = "/bin:/usr/bin";

static size_t measure(char *const *list, size_t *bytes)
{
    size_t count = 0;
    for (; list[count] != NULL; count++)
        *bytes += strlen(list[count]) + 1;
    return count;
}

/* The new process's own PATH decides, as in a shell's `PATH=… command`. */
static const char *search_path(char *const *env)
{
    for (; *env != NULL; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            return *env + 5;
    return default_path;
}

static size_t count_elements(const char *path)
{
    size_t count = 1;
    for (; *path != '\0'; path++)
        count += *path == ':';
    return count;
}

static char *copy_text(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

static void copy_list(char **to, char *const *from, char **at)
{
    while (*from != NULL)
        *to++ = copy_text(at, *from++);
    *to = NULL;
}

static void copy_candidates(char **to, const char *path, const char *name, char **at)
{
    for (;;) {
        size_t length = strcspn(path, ":");
        *to++ = *at;
        memcpy(*at, path, length);
        *at += length;
        if (length > 0) /* an empty element is the working directory */
            *(*at)++ = '/';
        copy_text(at, name);
        if (path[length] == '\0')
            break;
        path += length + 1;
    }
    *to = NULL;
}

struct jg_plan *jg_plan_make(const struct jg_os_command *command)
{
    char *const *env = command->env != NULL ? command->env : jg_os_environment();
    const char *name = command->argv[0];
    if (name == NULL) {
        errno = EINVAL;
        return NULL;
    }

    size_t bytes = 0;
    size_t argc = measure(command->argv, &bytes);
    size_t envc = measure(env, &bytes);
    const char *path = strchr(name, '/') != NULL || *name == '\0' ? "" : search_path(env);
    size_t elements = count_elements(path);
    bytes += strlen(path) + elements * (strlen(name) + 2);
    if (command->cwd != NULL)
        bytes += strlen(command->cwd) + 1;

    struct jg_plan *plan = malloc(sizeof *plan + (argc + envc + elements + 3) * sizeof(char *) + bytes);
    if (plan == NULL)
        return NULL;
    plan->argv = (char **)(plan + 1);
    plan->env = plan->argv + argc + 1;
    plan->candidates = plan->env + envc + 1;
    char *at = (char *)(plan->candidates + elements + 1);
    copy_list(plan->argv, command->argv, &at);
    copy_list(plan->env, env, &at);
    copy_candidates(plan->candidates, path, name, &at);
    plan->cwd = command->cwd != NULL ? copy_text(&at, command->cwd) : NULL;
    return plan;
}

int jg_plan_exec(const struct jg_plan *plan)
{
    int denied = 0;
    errno = ENOENT;
    for (char **file = plan->candidates; *file != NULL; file++) {
        execve(*file, plan->argv, plan->env);
        if (errno == EACCES)
            denied = errno;
        else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT)
            return errno;
    }
    return denied != 0 ? denied : errno;
}

bool jg_os_is_name(const char *name)
{
    (void)name;
    return true;
}
