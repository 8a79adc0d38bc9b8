/*
** calls_windows.c: the calls of the start-up and of a spawn that can be refused. They are called through pointers,
** which the linker takes from here instead of from the system's libraries (--wrap).
*/
#include <windows.h>

#include "refuse.h"

#ifndef PROC_THREAD_ATTRIBUTE_JOB_LIST
#define PROC_THREAD_ATTRIBUTE_JOB_LIST 0x0002000D
#endif

enum { USUAL_ERROR = ERROR_INVALID_FUNCTION };

/* Each process counts for itself. */
long jg_fault_count(int word)
{
    static volatile LONG counts[JG_FAULT_WORDS];
    return InterlockedIncrement(&counts[word]);
}

static bool refuses(const char *call)
{
    if (!jg_fault_refuses(call))
        return false;
    SetLastError((DWORD)jg_fault_error(USUAL_ERROR));
    return true;
}

#define REAL(result, name, parameters) extern result(WINAPI *__real___imp_##name) parameters
#define WRAP(result, name, parameters) \
    extern result(WINAPI *__wrap___imp_##name) parameters; \
    result(WINAPI *__wrap___imp_##name) parameters = name##_or_not

#define CALL(result, failure, name, parameters, arguments) \
    REAL(result, name, parameters); \
    static result WINAPI name##_or_not parameters \
    { \
        return refuses(#name) ? failure : __real___imp_##name arguments; \
    } \
    WRAP(result, name, parameters)

CALL(BOOL, FALSE, AssignProcessToJobObject, (HANDLE job, HANDLE process), (job, process));
CALL(HANDLE, NULL, CreateEventW, (SECURITY_ATTRIBUTES * access, BOOL manual, BOOL set, const wchar_t *name),
     (access, manual, set, name));
CALL(HANDLE, NULL, CreateFileMappingW,
     (HANDLE file, SECURITY_ATTRIBUTES *access, DWORD protection, DWORD high, DWORD low, const wchar_t *name),
     (file, access, protection, high, low, name));
CALL(HANDLE, NULL, CreateIoCompletionPort, (HANDLE file, HANDLE port, ULONG_PTR key, DWORD threads),
     (file, port, key, threads));
CALL(HANDLE, NULL, CreateJobObjectW, (SECURITY_ATTRIBUTES * access, const wchar_t *name), (access, name));
CALL(BOOL, FALSE, CreateProcessW,
     (const wchar_t *program, wchar_t *line, SECURITY_ATTRIBUTES *a, SECURITY_ATTRIBUTES *b, BOOL inherit, DWORD flags,
      void *environment, const wchar_t *folder, STARTUPINFOW *info, PROCESS_INFORMATION *created),
     (program, line, a, b, inherit, flags, environment, folder, info, created));
CALL(HANDLE, NULL, CreateThread,
     (SECURITY_ATTRIBUTES * access, SIZE_T stack, LPTHREAD_START_ROUTINE run, void *argument, DWORD flags, DWORD *id),
     (access, stack, run, argument, flags, id));
CALL(BOOL, FALSE, DuplicateHandle,
     (HANDLE from, HANDLE handle, HANDLE to, HANDLE *copy, DWORD access, BOOL inherit, DWORD options),
     (from, handle, to, copy, access, inherit, options));
CALL(BOOL, FALSE, GetExitCodeProcess, (HANDLE process, DWORD *code), (process, code));
CALL(DWORD, 0, GetModuleFileNameW, (HMODULE module, wchar_t *name, DWORD size), (module, name, size));
CALL(BOOL, FALSE, IsProcessInJob, (HANDLE process, HANDLE job, BOOL *inside), (process, job, inside));
CALL(void *, NULL, MapViewOfFile, (HANDLE section, DWORD access, DWORD high, DWORD low, SIZE_T size),
     (section, access, high, low, size));
CALL(BOOL, FALSE, QueryInformationJobObject,
     (HANDLE job, JOBOBJECTINFOCLASS what, void *data, DWORD size, DWORD *returned), (job, what, data, size, returned));
CALL(BOOL, FALSE, RegisterWaitForSingleObject,
     (HANDLE * wait, HANDLE handle, WAITORTIMERCALLBACK run, void *argument, ULONG milliseconds, ULONG flags),
     (wait, handle, run, argument, milliseconds, flags));
CALL(DWORD, (DWORD)-1, ResumeThread, (HANDLE thread), (thread));
CALL(BOOL, FALSE, SetConsoleCtrlHandler, (PHANDLER_ROUTINE handler, BOOL add), (handler, add));
CALL(BOOL, FALSE, SetEvent, (HANDLE event), (event));
CALL(BOOL, FALSE, SetHandleInformation, (HANDLE handle, DWORD mask, DWORD flags), (handle, mask, flags));
CALL(BOOL, FALSE, TerminateProcess, (HANDLE process, UINT code), (process, code));
CALL(DWORD, WAIT_FAILED, WaitForMultipleObjects, (DWORD count, const HANDLE *handles, BOOL all, DWORD milliseconds),
     (count, handles, all, milliseconds));

/* These have another name for one of the things that they can be asked to do. */

REAL(BOOL, SetInformationJobObject, (HANDLE job, JOBOBJECTINFOCLASS what, void *data, DWORD size));

/* "messages": those of this job are lost, all of them, and nobody is told. */
static BOOL WINAPI SetInformationJobObject_or_not(HANDLE job, JOBOBJECTINFOCLASS what, void *data, DWORD size)
{
    if (what == JobObjectAssociateCompletionPortInformation && jg_fault_refuses("messages"))
        return TRUE;
    return !refuses("SetInformationJobObject") && __real___imp_SetInformationJobObject(job, what, data, size);
}

WRAP(BOOL, SetInformationJobObject, (HANDLE job, JOBOBJECTINFOCLASS what, void *data, DWORD size));

REAL(BOOL, UpdateProcThreadAttribute,
     (LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags, DWORD_PTR what, void *value, SIZE_T size, void *old,
      SIZE_T *old_size));

/* "PROC_THREAD_ATTRIBUTE_JOB_LIST": what Windows has since 10. */
static BOOL WINAPI UpdateProcThreadAttribute_or_not(LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags, DWORD_PTR what,
                                                    void *value, SIZE_T size, void *old, SIZE_T *old_size)
{
    if (what == PROC_THREAD_ATTRIBUTE_JOB_LIST && refuses("PROC_THREAD_ATTRIBUTE_JOB_LIST"))
        return FALSE;
    return !refuses("UpdateProcThreadAttribute") &&
           __real___imp_UpdateProcThreadAttribute(list, flags, what, value, size, old, old_size);
}

WRAP(BOOL, UpdateProcThreadAttribute,
     (LPPROC_THREAD_ATTRIBUTE_LIST list, DWORD flags, DWORD_PTR what, void *value, SIZE_T size, void *old,
      SIZE_T *old_size));

REAL(BOOL, TerminateJobObject, (HANDLE job, UINT code));

/* "termination": nobody is ended, and nobody is told of it. */
static BOOL WINAPI TerminateJobObject_or_not(HANDLE job, UINT code)
{
    if (jg_fault_refuses("termination"))
        return TRUE;
    return !refuses("TerminateJobObject") && __real___imp_TerminateJobObject(job, code);
}

WRAP(BOOL, TerminateJobObject, (HANDLE job, UINT code));
