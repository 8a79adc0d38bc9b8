/*
** proctree.c: who descends from whom, by /proc.
*/
#define _GNU_SOURCE
#include "proctree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "procstat.h"

struct pair {
    pid_t pid, parent;
};

struct table {
    struct pair *at;
    size_t count, room;
};

static bool add(struct table *table, pid_t pid, pid_t parent)
{
    if (table->count == table->room) {
        size_t room = table->room > 0 ? table->room * 2 : 256;
        struct pair *at = realloc(table->at, room * sizeof *at);
        if (at == NULL)
            return false;
        table->at = at;
        table->room = room;
    }
    table->at[table->count++] = (struct pair){pid, parent};
    return true;
}

/* False with errno. Who isn't there any more is left out, but a table without those for whom we lacked something would
** be taken for a whole one. */
static bool add_process(struct table *table, pid_t pid)
{
    struct jg_procstat stat;
    if (!jg_procstat_read(pid, &stat))
        return !jg_procstat_is_shortage(errno);
    return add(table, stat.pid, stat.parent);
}

static bool read_table(struct table *table)
{
    DIR *proc = opendir("/proc");
    bool ok = proc != NULL;
    for (struct dirent *entry; ok && (entry = readdir(proc)) != NULL;)
        if (isdigit((unsigned char)entry->d_name[0]))
            ok = add_process(table, (pid_t)strtol(entry->d_name, NULL, 10));
    int error = errno;
    if (proc != NULL)
        closedir(proc);
    errno = error;
    return ok;
}

static int by_parent(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->parent > y->parent) - (x->parent < y->parent);
}

static size_t first_of(const struct table *table, pid_t parent)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table->at[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool add_children(const struct table *table, pid_t parent, const struct jg_pids * not, struct jg_pids *to)
{
    bool ok = true;
    for (size_t i = first_of(table, parent); ok && i < table->count && table->at[i].parent == parent; i++)
        if (not == NULL || !jg_pids_has(not, table->at[i].pid))
            ok = jg_pids_add(to, table->at[i].pid);
    return ok;
}

/* Leaves errno as it is. */
static void drop(struct table *table)
{
    int error = errno;
    free(table->at);
    errno = error;
}

static bool descend(const pid_t *roots, size_t count, const struct jg_pids * not, struct jg_pids *descendants)
{
    struct table table = {0};
    size_t next = descendants->count;
    bool ok = read_table(&table);
    if (table.count > 0)
        qsort(table.at, table.count, sizeof *table.at, by_parent);
    for (size_t i = 0; ok && i < count; i++)
        ok = add_children(&table, roots[i], not, descendants);
    /* A number that was reused while we read could close a circle: there can't be more than the table has. */
    for (; ok && next < descendants->count && descendants->count <= table.count; next++)
        ok = add_children(&table, descendants->at[next], not, descendants);
    drop(&table);
    return ok;
}

bool jg_proctree_descendants(pid_t root, const struct jg_pids * not, struct jg_pids *descendants)
{
    return descend(&root, 1, not, descendants);
}

bool jg_proctree_below(const struct jg_pids *roots, struct jg_pids *descendants)
{
    return descend(roots->at, roots->count, NULL, descendants);
}

static bool scan_children(struct jg_pids *children)
{
    struct table table = {0};
    bool ok = read_table(&table);
    pid_t self = getpid();
    for (size_t i = 0; ok && i < table.count; i++)
        if (table.at[i].parent == self)
            ok = jg_pids_add(children, table.at[i].pid);
    drop(&table);
    return ok;
}

bool jg_proctree_children(struct jg_pids *children)
{
    FILE *file = fopen("/proc/thread-self/children", "re");
    long pid;
    bool ok = true;
    if (file == NULL) /* a kernel without CONFIG_PROC_CHILDREN */
        return scan_children(children);
    while (ok && fscanf(file, "%ld", &pid) == 1)
        ok = jg_pids_add(children, (pid_t)pid);
    fclose(file);
    return ok;
}
