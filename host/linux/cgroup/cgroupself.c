/*
** cgroupself.c: where are we in the tree of cgroups?
**
** /proc/PID/cgroup names one relative to our cgroup namespace; /proc/self/mountinfo tells which part of
** the tree is mounted where: not always all of it, and in the hybrid layout not at /sys/fs/cgroup.
*/
#define _GNU_SOURCE
#include "cgroupself.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the line "0::/path". */
static bool read_own(pid_t pid, char path[PATH_MAX])
{
    char name[32];
    snprintf(name, sizeof name, "/proc/%d/cgroup", (int)pid);
    FILE *file = fopen(name, "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    while (file != NULL && !found && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        found = strncmp(line, "0::/", 4) == 0 && strlen(line + 3) < PATH_MAX;
        if (found)
            strcpy(path, line + 3);
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return found && strstr(path, "/..") == NULL;
}

/* mountinfo writes a blank as \040, and so on. */
static void unescape(char *text)
{
    char *to = text;
    for (; *text != '\0'; to++)
        if (text[0] == '\\' && strspn(text + 1, "01234567") >= 3) {
            *to = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 4;
        } else {
            *to = *text++;
        }
    *to = '\0';
}

/* "36 35 98:0 /root /mount/point options - type source options" */
static bool parse_mount(char *line, char **root, char **point)
{
    char *type = strstr(line, " - ");
    if (type == NULL || strncmp(type + 3, "cgroup2 ", 8) != 0)
        return false;
    char *field[5] = {NULL}, *rest = line;
    for (int i = 0; i < 5; i++)
        field[i] = strsep(&rest, " ");
    if (rest == NULL)
        return false;
    *root = field[3];
    *point = field[4];
    unescape(*root);
    unescape(*point);
    return true;
}

/* What of `own` lies below `root`; NULL if it doesn't. */
static const char *below(const char *own, const char *root)
{
    size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (strncmp(own, root, length) != 0 || (own[length] != '/' && own[length] != '\0'))
        return NULL;
    return strcmp(own + length, "/") == 0 ? "" : own + length;
}

/* Where the cgroup `own` is mounted. */
static bool find(const char *own, char path[PATH_MAX])
{
    char *line = NULL, *root, *point;
    size_t size = 0;
    bool found = false;
    FILE *file = fopen("/proc/self/mountinfo", "re");
    while (file != NULL && !found && getline(&line, &size, file) > 0) {
        if (!parse_mount(line, &root, &point))
            continue;
        const char *rest = below(own, root);
        found = rest != NULL && snprintf(path, PATH_MAX, "%s%s", point, rest) < PATH_MAX;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return found;
}

bool jg_cgroup_of(pid_t pid, char path[PATH_MAX])
{
    char own[PATH_MAX];
    return read_own(pid, own) && find(own, path);
}

/* The system's outermost one, and no other, has no type. */
bool jg_cgroup_top(char path[PATH_MAX])
{
    char type[PATH_MAX + sizeof "/cgroup.type"];
    if (!find("/", path))
        return false;
    snprintf(type, sizeof type, "%s/cgroup.type", path);
    return access(type, F_OK) == -1;
}
