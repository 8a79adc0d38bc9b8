/*
** birth.c: the creation of a process, in its jobs from its first instruction on.
**
** Where the system takes no list of jobs (before Windows 10) the process is created suspended, put into them, then
** resumed. If we die in between, it is nobody's problem: it is in the run's own job since its creation, as we are.
*/
#include "birth.h"

#include <stdlib.h>

#include "../../stage.h"
#include "../native.h"

#ifndef PROC_THREAD_ATTRIBUTE_JOB_LIST
#define PROC_THREAD_ATTRIBUTE_JOB_LIST 0x0002000D
#endif
#ifndef PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE
#define PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE 0x00020016
#endif

enum { ATTRIBUTES = 3 };

struct birth {
    STARTUPINFOEXW startup;
    HANDLE inherited[3]; /* as long as the process is being created, the system keeps pointers to these two */
    DWORD inherited_count;
    HANDLE *jobs; /* the outermost first */
    size_t depth;
    bool listed; /* the system puts it into the jobs */
    bool leads;
};

static void undo(struct birth *birth)
{
    if (birth->startup.lpAttributeList != NULL)
        DeleteProcThreadAttributeList(birth->startup.lpAttributeList);
    free(birth->startup.lpAttributeList);
    free(birth->jobs);
}

static bool make_list(struct birth *birth)
{
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, ATTRIBUTES, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (list == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    if (!InitializeProcThreadAttributeList(list, ATTRIBUTES, 0, &size)) {
        free(list);
        return false;
    }
    birth->startup.lpAttributeList = list;
    return true;
}

static void set_stdio(struct birth *birth, const struct jg_plan *plan)
{
    STARTUPINFOW *info = &birth->startup.StartupInfo;
    info->cb = sizeof birth->startup;
    info->dwFlags = STARTF_USESTDHANDLES;
    info->hStdInput = plan->stdio[0];
    info->hStdOutput = plan->stdio[1];
    info->hStdError = plan->stdio[2];
    for (int i = 0; i < 3; i++)
        if (plan->stdio[i] != NULL)
            birth->inherited[birth->inherited_count++] = plan->stdio[i];
}

bool jg_birth_in_jobs(LPPROC_THREAD_ATTRIBUTE_LIST list, HANDLE *jobs, size_t count)
{
    return UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs, count * sizeof *jobs, NULL, NULL);
}

static bool set_jobs(struct birth *birth, const struct jg_os_job *job)
{
    birth->depth = jg_job_depth(job);
    if (birth->depth == 0)
        return true;
    birth->jobs = malloc(birth->depth * sizeof *birth->jobs);
    if (birth->jobs == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return false;
    }
    jg_job_chain(job, birth->jobs);
    birth->listed = jg_birth_in_jobs(birth->startup.lpAttributeList, birth->jobs, birth->depth);
    return true;
}

/* Whichever of the standard handles it isn't given is the pseudoconsole's then. */
static bool set_console(struct birth *birth, const struct jg_plan *plan)
{
    return plan->console == NULL ||
           UpdateProcThreadAttribute(birth->startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE,
                                     plan->console, sizeof plan->console, NULL, NULL);
}

static bool set_inherited(struct birth *birth)
{
    return birth->inherited_count == 0 ||
           UpdateProcThreadAttribute(birth->startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                     birth->inherited, birth->inherited_count * sizeof *birth->inherited, NULL, NULL);
}

static bool prepare(struct birth *birth, const struct jg_os_job *job, const struct jg_plan *plan)
{
    set_stdio(birth, plan);
    return make_list(birth) && set_jobs(birth, job) && set_console(birth, plan) && set_inherited(birth);
}

/* What the system says of a job that has as many processes as it may have, it says of other quotas elsewhere. */
static int reason(void)
{
    DWORD error = GetLastError();
    return error == ERROR_NOT_ENOUGH_QUOTA ? JG_NATIVE_NO_MORE_PROCESSES : (int)error;
}

/* One that the system hasn't put into the jobs: false, and it is ended. */
static bool assign(const struct birth *birth, const PROCESS_INFORMATION *created)
{
    bool ok = true;
    jg_stage(JG_STAGE_PROCESS_SUSPENDED);
    for (size_t i = 0; i < birth->depth && ok; i++)
        ok = AssignProcessToJobObject(birth->jobs[i], created->hProcess);
    if (ok && ResumeThread(created->hThread) != (DWORD)-1)
        return true;
    DWORD error = GetLastError();
    TerminateProcess(created->hProcess, JG_KILLED);
    SetLastError(error);
    return false;
}

static bool create_with(struct birth *birth, const struct jg_plan *plan, DWORD flags, PROCESS_INFORMATION *created,
                        struct jg_err *err)
{
    flags |= CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    return CreateProcessW(plan->program, plan->line, NULL, NULL, birth->inherited_count > 0, flags, plan->environment,
                          plan->folder, &birth->startup.StartupInfo, created) ||
           jg_err_set(err, reason(), "cannot run");
}

static bool create(struct birth *birth, const struct jg_plan *plan, PROCESS_INFORMATION *created, struct jg_err *err)
{
    bool suspended = birth->depth > 0 && !birth->listed;
    DWORD flags = (birth->leads ? CREATE_NEW_PROCESS_GROUP : 0) | (suspended ? CREATE_SUSPENDED : 0);
    if (!create_with(birth, plan, flags, created, err))
        return false;
    bool ok = !suspended || assign(birth, created);
    if (!ok) {
        jg_err_set(err, reason(), "cannot put a process into its job");
        CloseHandle(created->hProcess);
    }
    CloseHandle(created->hThread);
    return ok;
}

bool jg_birth(struct jg_os_job *job, const struct jg_plan *plan, bool leads, HANDLE *handle, DWORD *pid,
              struct jg_err *err)
{
    struct birth birth = {.leads = leads};
    PROCESS_INFORMATION created;
    bool ok = prepare(&birth, job, plan);
    if (!ok)
        jg_err_set(err, (int)GetLastError(), "cannot start a process");
    ok = ok && create(&birth, plan, &created, err);
    undo(&birth);
    if (ok) {
        *handle = created.hProcess;
        *pid = created.dwProcessId;
    }
    return ok;
}

bool jg_birth_suspended(HANDLE job, const struct jg_plan *plan, PROCESS_INFORMATION *created, struct jg_err *err)
{
    struct birth birth = {0};
    set_stdio(&birth, plan);
    bool ok = make_list(&birth) && jg_birth_in_jobs(birth.startup.lpAttributeList, &job, 1) && set_inherited(&birth);
    if (!ok)
        jg_err_set(err, (int)GetLastError(), "cannot start a process");
    ok = ok && create_with(&birth, plan, CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW, created, err);
    undo(&birth);
    return ok;
}
