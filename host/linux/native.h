/*
** native.h: refusals of ours that Linux has no errno for.
*/
#ifndef JG_NATIVE_H
#define JG_NATIVE_H

#include "../err.h"

#define JG_NATIVE_HOW "start jghost in a cgroup of its own, by `systemd-run --user --scope -p Delegate=yes jghost ...`"
#define JG_NATIVE_NO(controller) \
    "There is no cgroup controller '" controller "' here: start jghost as root, or " JG_NATIVE_HOW
#define JG_NATIVE_BUSY(controller) \
    "Other processes are in jghost's own cgroup, so its controller '" controller "' can't be used: " JG_NATIVE_HOW

/* code, its kind, its text */
#define JG_NATIVES(X) \
    X(NO_CGROUPS, NOT_SUPPORTED, \
      "There is no cgroup 2 tree here that we may write to: start jghost as root, or " JG_NATIVE_HOW) \
    X(NO_MEMORY, NOT_SUPPORTED, JG_NATIVE_NO("memory")) \
    X(NO_PIDS, NOT_SUPPORTED, JG_NATIVE_NO("pids")) \
    X(NO_CPU, NOT_SUPPORTED, JG_NATIVE_NO("cpu")) \
    X(BUSY_MEMORY, NOT_SUPPORTED, JG_NATIVE_BUSY("memory")) \
    X(BUSY_PIDS, NOT_SUPPORTED, JG_NATIVE_BUSY("pids")) \
    X(BUSY_CPU, NOT_SUPPORTED, JG_NATIVE_BUSY("cpu")) \
    X(NO_PROC, NOT_SUPPORTED, \
      "There is no /proc here: have root mount it, by `mkdir -p /proc && mount -t proc proc /proc`") \
    X(FEW_DESCRIPTORS, NO_DESCRIPTORS, \
      "Too few may be open, or too many were inherited: raise the limit, by `ulimit -n 256`") \
    X(CGROUP_GONE, GONE, "Somebody else has removed its cgroup") \
    X(LATE, INVALID, "The job around it has processes already: give limits before you start anything in it") \
    X(PROCESS_LIMIT, NO_PROCESSES, "The job has as many processes as its limit allows")

enum jg_native {
    JG_NATIVE_FIRST = 0x20000000, /* above every errno */
#define JG_NATIVE_ENUM(code, kind, text) JG_NATIVE_##code,
    JG_NATIVES(JG_NATIVE_ENUM)
#undef JG_NATIVE_ENUM
};

#endif
