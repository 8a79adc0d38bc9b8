/*
** start.c: the harness's creation, in its job, and what it is handed: a handle to the guard, the event, the page that
** both share, and the three standard handles. It is this executable, started anew.
**
** CreateProcess makes a process whose first thread is suspended, and resumes that before it returns. Ended in between,
** the guard would leave a harness that never comes to look at its handle. So it is in the job from the start, and is
** put there later only where the system takes no list of jobs (before Windows 10).
*/
#include "start.h"

#include <stdio.h>
#include <stdlib.h>

#include "../native.h"
#include "../process/birth.h"
#include "../process/program.h"
#include "../process/quote.h"
#include "../state.h"

enum { HANDED = 8 }; /* guard, event, section, the detacher's two and the three standard handles */

/* What the harness is handed: inheritable copies, made here and closed as soon as it has its own. */
struct hand {
    HANDLE handle[HANDED];
    DWORD count;
};

static bool add_handle(struct hand *hand, HANDLE handle, DWORD access, HANDLE *copy)
{
    HANDLE self = GetCurrentProcess();
    DWORD options = access == 0 ? DUPLICATE_SAME_ACCESS : 0;
    if (!DuplicateHandle(self, handle, self, copy, access, TRUE, options))
        return false;
    hand->handle[hand->count++] = *copy;
    return true;
}

/* Whoever started us can have closed one or two of them. */
static bool none_is_given(void)
{
    return GetStdHandle(STD_INPUT_HANDLE) == NULL && GetStdHandle(STD_OUTPUT_HANDLE) == NULL &&
           GetStdHandle(STD_ERROR_HANDLE) == NULL;
}

static HANDLE open_file(const wchar_t *name, DWORD access)
{
    return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

/*
** Adds what stands for a handle that we haven't: with none at all the system would give the harness a console's, and
** with CREATE_NO_WINDOW that is one where nobody ever types, and nobody reads. The null device is read only: what is
** written is lost, and the writer must learn that. Wine gives a process with a pseudoconsole no handles of it.
*/
static bool add_missing(struct hand *hand, DWORD which, HANDLE *copy)
{
    HANDLE file = INVALID_HANDLE_VALUE;
    if (none_is_given())
        file = open_file(which == STD_INPUT_HANDLE ? L"CONIN$" : L"CONOUT$", GENERIC_READ | GENERIC_WRITE);
    if (file == INVALID_HANDLE_VALUE)
        file = open_file(L"NUL", GENERIC_READ);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool ok = add_handle(hand, file, 0, copy);
    DWORD error = GetLastError();
    CloseHandle(file);
    SetLastError(error);
    return ok;
}

static bool add_standard(struct hand *hand, DWORD which, HANDLE *copy)
{
    HANDLE handle = GetStdHandle(which);
    if (handle == NULL || handle == INVALID_HANDLE_VALUE)
        return add_missing(hand, which, copy);
    if (add_handle(hand, handle, 0, copy))
        return true;
    return GetLastError() == ERROR_INVALID_HANDLE && add_missing(hand, which, copy);
}

/* Nothing of it is there unless the run may detach. */
static bool add_detacher(struct hand *hand, const struct jg_detacher *detacher)
{
    struct jg_detach_slot *slot = &jg_state.shared->detach;
    return detacher->asked == NULL || (add_handle(hand, detacher->asked, EVENT_MODIFY_STATE, &slot->asked) &&
                                       add_handle(hand, detacher->answered, SYNCHRONIZE, &slot->answered));
}

static bool fill_hand(struct hand *hand, HANDLE event, const struct jg_detacher *detacher, STARTUPINFOW *info,
                      HANDLE *section)
{
    struct jg_os_start *start = &jg_state.shared->start;
    info->dwFlags = STARTF_USESTDHANDLES;
    return add_handle(hand, GetCurrentProcess(), SYNCHRONIZE, &start->guard) &&
           add_handle(hand, event, SYNCHRONIZE, &start->event) && add_handle(hand, jg_state.section, 0, section) &&
           add_detacher(hand, detacher) && add_standard(hand, STD_INPUT_HANDLE, &info->hStdInput) &&
           add_standard(hand, STD_OUTPUT_HANDLE, &info->hStdOutput) &&
           add_standard(hand, STD_ERROR_HANDLE, &info->hStdError);
}

static void empty_hand(struct hand *hand)
{
    while (hand->count > 0)
        CloseHandle(hand->handle[--hand->count]);
}

/* The same command line, and before it, in 34 characters at the most, where the harness finds what it was handed. */
static wchar_t *harness_command_line(HANDLE section)
{
    char option[64];
    char **argv = calloc((size_t)jg_state.argc + 2, sizeof *argv);
    if (argv == NULL)
        return SetLastError(ERROR_NOT_ENOUGH_MEMORY), NULL;
    snprintf(option, sizeof option, "--jghost-harness=%llx", (unsigned long long)(uintptr_t)section);
    argv[0] = jg_state.argv[0];
    argv[1] = option;
    for (int i = 1; i < jg_state.argc; i++)
        argv[i + 1] = jg_state.argv[i];
    wchar_t *line = jg_command_line(argv);
    free(argv);
    return line;
}

/*
** A Ctrl-Break, the polite way to end a process here, needs a console that both share. A service, or what is run by
** one, has none: then the harness gets one without a window.
*/
static DWORD console_flag(void)
{
    return GetConsoleCP() == 0 ? CREATE_NO_WINDOW : 0;
}

static HANDLE refused(struct jg_err *err, const char *what)
{
    jg_err_set(err, (int)GetLastError(), what);
    return NULL;
}

bool jg_start_refused(struct jg_err *err, const char *what, const char *nested)
{
    BOOL is_inside = FALSE;
    DWORD error = GetLastError();
    bool by_job = error == ERROR_ACCESS_DENIED && IsProcessInJob(GetCurrentProcess(), NULL, &is_inside) && is_inside;
    return jg_err_set(err, (int)error, by_job ? nested : what);
}

/* Of this executable. */
static wchar_t *own_path(void)
{
    static wchar_t path[32768];
    DWORD length = GetModuleFileNameW(NULL, path, sizeof path / sizeof *path);
    return length > 0 && length < sizeof path / sizeof *path ? jg_long_path(path) : NULL;
}

/* It is ours that is too long, and a little more. */
static HANDLE refused_line(struct jg_err *err)
{
    if (GetLastError() == JG_NATIVE_LONG_COMMAND)
        SetLastError(JG_NATIVE_LONG_OWN_COMMAND);
    return refused(err, "cannot create the harness");
}

static HANDLE create_process(STARTUPINFOEXW *info, HANDLE section, struct jg_err *err)
{
    const DWORD flags = EXTENDED_STARTUPINFO_PRESENT | console_flag();
    PROCESS_INFORMATION created = {0};
    wchar_t *program = own_path();
    if (program == NULL)
        return refused(err, "cannot find this program's own file");
    wchar_t *line = harness_command_line(section);
    if (line == NULL)
        refused_line(err);
    else if (CreateProcessW(program, line, NULL, NULL, TRUE, flags, NULL, NULL, &info->StartupInfo, &created))
        CloseHandle(created.hThread);
    else
        jg_start_refused(err, "cannot create the harness",
                         "cannot create the harness in its job (jghost is in a job itself, which may allow no other)");
    free(program);
    free(line);
    return created.hProcess;
}

/* Nothing is inherited but what is in the list, however many inheritable handles there are. */
static bool set_attributes(LPPROC_THREAD_ATTRIBUTE_LIST list, struct hand *hand, HANDLE *job)
{
    if (!UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, hand->handle,
                                   hand->count * sizeof *hand->handle, NULL, NULL))
        return false;
    jg_birth_in_jobs(list, job, 1);
    return true;
}

static HANDLE start_with(struct hand *hand, STARTUPINFOEXW *info, HANDLE job, HANDLE section, struct jg_err *err)
{
    static const char what[] = "cannot list what the harness is handed";
    enum { ATTRIBUTES = 2 };
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(NULL, ATTRIBUTES, 0, &size);
    LPPROC_THREAD_ATTRIBUTE_LIST list = malloc(size);
    if (list == NULL) {
        jg_err_set(err, ERROR_NOT_ENOUGH_MEMORY, what);
        return NULL;
    }
    HANDLE harness = NULL;
    bool initialized = InitializeProcThreadAttributeList(list, ATTRIBUTES, 0, &size);
    info->lpAttributeList = list;
    if (initialized && set_attributes(list, hand, &job))
        harness = create_process(info, section, err);
    else
        refused(err, what);
    if (initialized)
        DeleteProcThreadAttributeList(list);
    free(list);
    return harness;
}

HANDLE jg_start_harness(HANDLE job, HANDLE event, const struct jg_detacher *detacher, struct jg_err *err)
{
    struct hand hand = {.count = 0};
    STARTUPINFOEXW info = {.StartupInfo = {.cb = sizeof info}};
    HANDLE section, harness = NULL;
    if (fill_hand(&hand, event, detacher, &info.StartupInfo, &section))
        harness = start_with(&hand, &info, job, section, err);
    else
        refused(err, "cannot copy the handles that the harness is handed");
    empty_hand(&hand);
    return harness;
}
