/*
** native.h: refusals of ours that Linux has no errno for.
*/
#ifndef JG_NATIVE_H
#define JG_NATIVE_H

#include "../err.h"

/* code, its kind, its text */
#define JG_NATIVES(X) \
    X(NO_CONTROLLER, NOT_SUPPORTED, "The cgroup controller can't be had here") /* cgroupwhy.h says why */ \
    X(NO_PROC, NOT_SUPPORTED, \
      "There is no /proc here: have root mount it, by `mkdir -p /proc && mount -t proc proc /proc`") \
    X(FEW_DESCRIPTORS, NO_DESCRIPTORS, \
      "Too few may be open, or too many were inherited: raise the limit, by `ulimit -n 256`") \
    X(NEVER_STILL, OTHER, "Its processes start others, or are continued, faster than they can be stopped") \
    X(UNCONFIRMED, OTHER, "It takes too long") \
    X(CGROUP_GONE, GONE, "Somebody else has removed its cgroup") \
    X(LATE, INVALID, "The job around it has processes already: give limits before you start anything in it") \
    X(PROCESS_LIMIT, NO_PROCESSES, "The job has as many processes as its limit allows") \
    X(MEMORY_LIMIT, NO_MEMORY, "The job has as much memory as its limit allows")

enum jg_native {
    JG_NATIVE_FIRST = 0x20000000, /* above every errno */
#define JG_NATIVE_ENUM(code, kind, text) JG_NATIVE_##code,
    JG_NATIVES(JG_NATIVE_ENUM)
#undef JG_NATIVE_ENUM
        JG_NATIVE_WHY = 0x20001000, /* and above: those of cgroupwhy.h */
};

#endif
