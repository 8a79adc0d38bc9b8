/*
** cgroupname.c: the names of a run's cgroups.
*/
#define _GNU_SOURCE
#include "cgroupname.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char prefix[] = "jghost-", itself[] = "itself";

enum { PREFIX = sizeof prefix - 1, UNIQUE = 8 };

void jg_cgroupname_of_jobs(char name[JG_CGROUPNAME], pid_t guard, unsigned unique)
{
    snprintf(name, JG_CGROUPNAME, "%s%d-%0*x", prefix, (int)guard, UNIQUE, unique);
}

void jg_cgroupname_of_itself(char name[JG_CGROUPNAME], pid_t guard)
{
    snprintf(name, JG_CGROUPNAME, "%s%d-%s", prefix, (int)guard, itself);
}

/* Others begin names so, too, such as who has made a service jghost-ci. It is ours if we would have written it. */
pid_t jg_cgroupname_guard(const char *name)
{
    char ours[JG_CGROUPNAME], *end;
    if (strncmp(name, prefix, PREFIX) != 0)
        return 0;
    pid_t guard = (pid_t)strtol(name + PREFIX, &end, 10);
    if (*end != '-' || guard <= 0)
        return 0;
    jg_cgroupname_of_itself(ours, guard);
    if (strcmp(name, ours) == 0)
        return guard;
    jg_cgroupname_of_jobs(ours, guard, (unsigned)strtoul(end + 1, NULL, 16));
    return strcmp(name, ours) == 0 ? guard : 0;
}
