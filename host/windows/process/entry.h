/*
** entry.h: a process in the list that NtQuerySystemInformation gives.
*/
#ifndef JG_ENTRY_H
#define JG_ENTRY_H

#include <windows.h>

struct jg_snapshot_thread {
    LARGE_INTEGER times[3];
    ULONG waiting;
    void *start;
    HANDLE ids[2];
    LONG priorities[2];
    ULONG switches, state, reason;
};

struct jg_snapshot_entry {
    ULONG next, threads;
    LARGE_INTEGER reserved[3];
    LARGE_INTEGER created, user_time, system_time;
    struct {
        USHORT length, room; /* in bytes */
        wchar_t *at;
    } name;
    LONG priority;
    ULONG_PTR pid, parent;
    ULONG handles, session;
    ULONG_PTR key;
    SIZE_T peak_virtual, virtual_size;
    ULONG faults;
    SIZE_T peak_working_set, working_set;
    SIZE_T quotas[4], pagefile, peak_pagefile, private_pages;
    LARGE_INTEGER io[6];
    struct jg_snapshot_thread thread[1];
};

#endif
