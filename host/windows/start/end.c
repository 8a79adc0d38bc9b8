/*
** end.c: the end of the run's job: whoever is left in it is ended, and waited for.
**
** A job doesn't count those who have been told to end, and they may still be on their way. So each of them is waited
** for by a handle, opened before it is told. And one whom a process was just creating comes to be in the job a moment
** later: it is done again until nobody is counted.
*/
#include <stdlib.h>

#include "../../exit.h"
#include "../job/pids.h"
#include "../native.h"
#include "start.h"

enum { MOMENT_MS = 10 };

/* Those who were in the job at one moment. */
struct members {
    HANDLE *at;
    size_t count;
};

static const char asking[] = "cannot ask whether the job is empty", ending[] = "cannot end the job";

static bool failed(struct jg_err *err, const char *what)
{
    return jg_err_set(err, (int)GetLastError(), what);
}

/* NULL: it has just ended, and its number may be another one's, or it may not be waited for. */
static HANDLE open_member(HANDLE job, ULONG_PTR pid)
{
    BOOL is_inside = FALSE;
    HANDLE process = OpenProcess(SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
    if (process == NULL || (IsProcessInJob(process, job, &is_inside) && is_inside))
        return process;
    CloseHandle(process);
    return NULL;
}

static bool open_members(struct members *members, HANDLE job, struct jg_err *err)
{
    struct jg_pids pids;
    if (!jg_pids_read(&pids, job))
        return failed(err, asking);
    *members = (struct members){.at = calloc(pids.count + 1, sizeof *members->at)};
    for (size_t i = 0; i < pids.count && members->at != NULL; i++) {
        members->at[members->count] = open_member(job, pids.at[i]);
        members->count += members->at[members->count] != NULL;
    }
    jg_pids_free(&pids);
    return members->at != NULL || jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, ending);
}

static bool terminate(HANDLE job)
{
    return TerminateJobObject(job, JG_EXIT_GUARD_FAILED);
}

/* Ends those who are in the job at this moment; who comes meanwhile is ended, too, but is counted again. */
static bool end_members(HANDLE job, int *patience, struct jg_err *err)
{
    struct members members = {.count = 0};
    if (!open_members(&members, job, err))
        return false;
    bool ended = terminate(job) || failed(err, ending);
    for (size_t i = 0; i < members.count; i++) {
        while (ended && *patience > 0 && WaitForSingleObject(members.at[i], MOMENT_MS) == WAIT_TIMEOUT) {
            terminate(job);
            --*patience;
        }
        CloseHandle(members.at[i]);
    }
    if (members.count == 0)
        Sleep(MOMENT_MS);
    free(members.at);
    --*patience;
    return ended;
}

bool jg_end_job(HANDLE job, int *patience, struct jg_err *err)
{
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    while (*patience > 0) {
        if (!QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting, sizeof accounting, NULL))
            return failed(err, asking);
        if (accounting.ActiveProcesses == 0)
            return true;
        if (!end_members(job, patience, err))
            return false;
    }
    return jg_err_set(err, JG_NATIVE_NEVER_ENDS, ending);
}

bool jg_end_harness(HANDLE harness, int *patience, struct jg_err *err)
{
    if (WaitForSingleObject(harness, 0) != WAIT_OBJECT_0 && !TerminateProcess(harness, JG_EXIT_GUARD_FAILED))
        return failed(err, ending);
    DWORD which = WaitForSingleObject(harness, (DWORD)(*patience * MOMENT_MS));
    if (which == WAIT_TIMEOUT)
        *patience = 0;
    return which == WAIT_OBJECT_0 || jg_err_set(err, JG_NATIVE_NEVER_ENDS, ending);
}
