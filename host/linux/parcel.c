/*
** parcel.c: a command on its way from one process of ours to another.
*/
#define _GNU_SOURCE
#include "parcel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* argv, env and cwd, one string after the other. NULL if there is no memory. */
static char *pack(const struct jg_os_command *command, struct jg_reaper_message *message)
{
    char *const *env = command->env != NULL ? command->env : jg_os_environment();
    char *const *lists[] = {command->argv, env, (char *const[]){(char *)command->cwd, NULL}};
    uint32_t counts[3] = {0};
    size_t bytes = 0;
    for (int i = 0; i < 3; i++)
        for (char *const *at = lists[i]; *at != NULL; at++, counts[i]++)
            bytes += strlen(*at) + 1;
    char *text = malloc(bytes), *to = text;
    for (int i = 0; text != NULL && i < 3; i++)
        for (char *const *at = lists[i]; *at != NULL; at++)
            to = stpcpy(to, *at) + 1;
    message->argc = counts[0];
    message->envc = counts[1];
    message->flags |= counts[2] > 0 ? JG_REAPER_CWD : 0;
    message->bytes = bytes;
    return text;
}

static int memory_file(const char *text, size_t bytes)
{
    int fd = memfd_create("jghost-spawn", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < bytes;) {
        ssize_t wrote = write(fd, text + done, bytes - done);
        if (wrote < 0 && errno != EINTR) {
            int error = errno;
            close(fd);
            errno = error;
            return -1;
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return fd;
}

bool jg_parcel_pack(const struct jg_os_command *command, struct jg_reaper_message *message, char **text,
                    struct jg_reaper_fds *fds)
{
    *text = pack(command, message);
    if (*text == NULL)
        errno = ENOMEM;
    if (*text == NULL || message->bytes <= JG_REAPER_INLINE)
        return *text != NULL;
    int fd = memory_file(*text, message->bytes);
    free(*text);
    *text = NULL;
    if (fd < 0)
        return false;
    message->flags |= JG_REAPER_TEXT;
    fds->at[fds->count++] = fd;
    return true;
}

/* Points into `text`, which it checks: it must be as many strings as were announced. */
static char **split(char **at, char *end, uint32_t count)
{
    char **list = calloc((size_t)count + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        char *stop = memchr(*at, '\0', (size_t)(end - *at));
        if (stop == NULL) {
            free(list);
            errno = EPROTO;
            return NULL;
        }
        list[i] = *at;
        *at = stop + 1;
    }
    return list;
}

static struct jg_plan *unpack(const struct jg_reaper_message *message, char *text)
{
    char *at = text, *end = text + message->bytes;
    char **argv = split(&at, end, message->argc);
    char **env = split(&at, end, message->envc);
    char **cwd = split(&at, end, (message->flags & JG_REAPER_CWD) != 0);
    struct jg_plan *plan = NULL;
    if (argv != NULL && env != NULL && cwd != NULL)
        plan = jg_plan_make(&(struct jg_os_command){.argv = argv, .env = env, .cwd = cwd[0]});
    int error = errno;
    free(argv);
    free(env);
    free(cwd);
    errno = error;
    return plan;
}

struct jg_plan *jg_parcel_open(const struct jg_reaper_message *message, char *text, const struct jg_reaper_fds *fds)
{
    if ((message->flags & JG_REAPER_TEXT) == 0)
        return unpack(message, text);
    text = mmap(NULL, message->bytes, PROT_READ, MAP_PRIVATE, fds->at[fds->count - 1], 0);
    if (text == MAP_FAILED)
        return NULL;
    struct jg_plan *plan = unpack(message, text);
    int error = errno;
    munmap(text, message->bytes);
    errno = error;
    return plan;
}
