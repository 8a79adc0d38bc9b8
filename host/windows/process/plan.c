/*
** plan.c: a command, copied and made ready for CreateProcessW.
*/
#include "plan.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>

#include "../environ.h"
#include "../native.h"
#include "../wide.h"
#include "program.h"
#include "pty.h"
#include "quote.h"

static const char entering[] = "cannot enter the working directory";

static bool refuse(struct jg_err *err, const char *what)
{
    return jg_err_set(err, (int)GetLastError(), what);
}

/* CreateProcessW has room for MAX_PATH characters, with a backslash and a zero, whatever the system's settings for long
** paths are. */
static bool check_length(size_t length, struct jg_err *err)
{
    return length <= MAX_PATH - 2 || jg_err_set(err, JG_NATIVE_LONG_FOLDER, entering);
}

static bool check_folder(const wchar_t *folder, struct jg_err *err)
{
    size_t length = wcslen(folder);
    if (!check_length(folder[length - 1] == L'\\' ? length - 1 : length, err))
        return false;
    DWORD attributes = GetFileAttributesW(folder);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return refuse(err, entering);
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 || jg_err_set(err, ERROR_DIRECTORY, entering);
}

static bool check_own_folder(struct jg_err *err)
{
    DWORD size = GetCurrentDirectoryW(0, NULL);
    return size == 0 ? refuse(err, entering) : check_length(size - 1, err);
}

static bool plan_folder(struct jg_plan *plan, const struct jg_os_command *command, struct jg_err *err)
{
    if (command->cwd == NULL)
        return check_own_folder(err);
    wchar_t *wide = jg_wide(command->cwd);
    plan->folder = wide != NULL ? jg_full_path(wide) : NULL;
    free(wide);
    return plan->folder != NULL ? check_folder(plan->folder, err) : refuse(err, entering);
}

/* The new process's own PATH decides, as in a shell's `PATH=… command`. */
static bool plan_program(struct jg_plan *plan, const struct jg_os_command *command, struct jg_err *err)
{
    wchar_t *name = jg_wide(command->argv[0]);
    wchar_t *ours = plan->environment == NULL ? jg_environment_own(L"PATH") : NULL;
    const wchar_t *path = plan->environment == NULL ? ours : jg_environment_find(plan->environment, L"PATH");
    plan->program = name != NULL ? jg_program_find(name, plan->folder, path) : NULL;
    free(name);
    free(ours);
    return plan->program != NULL || refuse(err, "cannot run");
}

/* Copies, since a handle is inheritable or not, and the caller's must not be. */
static bool plan_stdio(struct jg_plan *plan, const struct jg_os_command *command, struct jg_err *err)
{
    HANDLE self = GetCurrentProcess();
    for (int i = 0; i < 3; i++) {
        if (command->stdio[i] == JG_STDIO_TERMINAL)
            continue;
        int descriptor = command->stdio[i] == JG_STDIO_INHERIT ? i : command->stdio[i];
        intptr_t handle = _get_osfhandle(descriptor);
        if (handle == -1 || handle == -2) /* none; one that was never opened */
            continue;
        if (!DuplicateHandle(self, (HANDLE)handle, self, &plan->stdio[i], 0, TRUE, DUPLICATE_SAME_ACCESS)) {
            plan->stdio[i] = NULL;
            return refuse(err, "cannot set up the process");
        }
    }
    return true;
}

bool jg_plan_make(struct jg_plan *plan, const struct jg_os_command *command, struct jg_err *err)
{
    memset(plan, 0, sizeof *plan);
    plan->console = command->pty == NULL ? NULL : jg_pty_console(command->pty);
    if (command->argv[0] == NULL)
        return jg_err_set(err, ERROR_INVALID_PARAMETER, "cannot run");
    bool ok = plan_folder(plan, command, err);
    if (ok && command->env != NULL) {
        plan->environment = jg_environment_block(command->env);
        ok = plan->environment != NULL || refuse(err, "cannot run");
    }
    if (ok) {
        plan->line = jg_command_line(command->argv);
        ok = plan->line != NULL || refuse(err, "cannot run");
    }
    ok = ok && plan_program(plan, command, err) && plan_stdio(plan, command, err);
    if (!ok)
        jg_plan_free(plan);
    return ok;
}

void jg_plan_free(struct jg_plan *plan)
{
    for (int i = 0; i < 3; i++)
        if (plan->stdio[i] != NULL)
            CloseHandle(plan->stdio[i]);
    free(plan->program);
    free(plan->line);
    free(plan->folder);
    free(plan->environment);
    memset(plan, 0, sizeof *plan);
}

bool jg_os_is_name(const char *name)
{
    wchar_t *wide = jg_wide(name);
    free(wide);
    return wide != NULL;
}
