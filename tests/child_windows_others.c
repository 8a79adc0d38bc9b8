/*
** child_windows_others.c: the processes around the test child on Windows, which has no fork: a branch is this
** executable started anew with the branch's words, every inheritable handle, and in CHILD_BRANCH what a forked copy
** would know: where to tell that it stands, and which requests to end it ignores.
*/
#include <errno.h>
#include <io.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "child.h"
#include "child_windows.h"

#define BRANCH_VARIABLE L"CHILD_BRANCH"

static HANDLE child_windows_news; /* where a branch tells that it stands; NULL when it has, or is none */

static struct {
    HANDLE *handles;
    size_t count;
} children; /* the own ones, all that there ever were */

/* Takes over what this process, if it is a branch, would know by having been forked. */
void child_windows_be_branch(void)
{
    wchar_t text[64];
    unsigned long long handle;
    long signals, code;
    if (GetEnvironmentVariableW(BRANCH_VARIABLE, text, 64) == 0)
        return;
    SetEnvironmentVariableW(BRANCH_VARIABLE, NULL);
    if (swscanf(text, L"%llu %ld %ld", &handle, &signals, &code) != 3)
        return;
    child_windows_news = (HANDLE)(ULONG_PTR)handle;
    SetHandleInformation(child_windows_news, HANDLE_FLAG_INHERIT, 0);
    child_windows_ignored = signals;
    child_windows_term_code = code;
}

/* Appends one argument as CommandLineToArgvW reads it back: backslashes count double before a quote. */
static wchar_t *append_argument(wchar_t *to, const wchar_t *word)
{
    *to++ = L'"';
    for (;; word++) {
        size_t backslashes = 0;
        for (; *word == L'\\'; word++)
            backslashes++;
        if (*word == L'\0' || *word == L'"')
            backslashes *= 2;
        while (backslashes-- > 0)
            *to++ = L'\\';
        if (*word == L'\0')
            break;
        if (*word == L'"')
            *to++ = L'\\';
        *to++ = *word;
    }
    *to++ = L'"';
    *to++ = L' ';
    return to;
}

/* The command line `program` (unless NULL), `words`; the caller's to free. */
static wchar_t *command_line(const wchar_t *program, char **words)
{
    size_t room = 4 + (program ? 2 * wcslen(program) : 0);
    for (char **word = words; *word; word++)
        room += 2 * strlen(*word) + 3;
    wchar_t *line = child_needed(malloc(room * sizeof *line)), *to = line;
    if (program)
        to = append_argument(to, program);
    for (; *words; words++) {
        wchar_t *wide = child_wide(*words);
        to = append_argument(to, wide);
        free(wide);
    }
    to[to > line ? -1 : 0] = L'\0';
    return line;
}

/* Starts a process with all that is inheritable; remembers it for child_os_reap. 0, or an errno. */
static int start(wchar_t *line, DWORD flags, PROCESS_INFORMATION *process)
{
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    fflush(stdout);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, process))
        return child_windows_error();
    CloseHandle(process->hThread);
    children.handles = child_needed(realloc(children.handles, (children.count + 1) * sizeof *children.handles));
    children.handles[children.count++] = process->hProcess;
    return 0;
}

/* Starts this executable anew. */
static int start_self(char **words, DWORD flags, PROCESS_INFORMATION *process)
{
    wchar_t path[MAX_PATH];
    if (GetModuleFileNameW(NULL, path, MAX_PATH) >= MAX_PATH)
        return ENAMETOOLONG;
    wchar_t *line = command_line(path, words);
    int error = start(line, flags, process);
    free(line);
    return error;
}

static void stop_telling(void)
{
    if (child_windows_news)
        CloseHandle(child_windows_news);
    child_windows_news = NULL;
}

/* From here on this process is nothing but that one's status. */
static void become(const PROCESS_INFORMATION *process)
{
    DWORD status;
    stop_telling();
    child_os_ignore_all(); /* an interrupt is the other's to obey */
    for (int fd = 0; fd < 3; fd++)
        _close(fd);
    WaitForSingleObject(process->hProcess, INFINITE);
    GetExitCodeProcess(process->hProcess, &status);
    ExitProcess(status);
}

/* The nearest that there is: another process, whose status becomes ours. */
int child_os_exec(char **command)
{
    PROCESS_INFORMATION process;
    wchar_t *line = command_line(NULL, command);
    int error = start(line, 0, &process);
    free(line);
    if (error == 0)
        become(&process);
    return error;
}

/* A console without a window. Whoever leads a process group is deaf to Ctrl-C, and so are those that it starts. */
int child_os_terminal(char **words)
{
    PROCESS_INFORMATION process;
    SetConsoleCtrlHandler(NULL, FALSE);
    int error = start_self(words, CREATE_NO_WINDOW, &process);
    if (error == 0)
        become(&process);
    return error;
}

void child_os_settle(void)
{
    DWORD count;
    if (child_windows_news)
        WriteFile(child_windows_news, "\n", 1, &count, NULL);
    stop_telling();
}

/* Starts a branch with its end of a new pipe in its environment; `news` is the other end. */
static int start_branch(char **words, DWORD flags, HANDLE *news, PROCESS_INFORMATION *process)
{
    wchar_t text[64];
    HANDLE theirs;
    if (!CreatePipe(news, &theirs, NULL, 0))
        return child_windows_error();
    SetHandleInformation(theirs, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    swprintf(text, 64, L"%llu %ld %ld", (unsigned long long)(ULONG_PTR)theirs, child_windows_ignored,
             child_windows_term_code);
    SetEnvironmentVariableW(BRANCH_VARIABLE, text);
    int error = start_self(words, flags, process);
    SetEnvironmentVariableW(BRANCH_VARIABLE, NULL);
    CloseHandle(theirs);
    if (error)
        CloseHandle(*news);
    return error;
}

static long branch(char **words, DWORD flags)
{
    PROCESS_INFORMATION process;
    HANDLE news;
    DWORD count;
    char byte;
    int error = start_branch(words, flags, &news, &process);
    if (error)
        return -error;
    bool stands = ReadFile(news, &byte, 1, &count, NULL) && count == 1;
    CloseHandle(news);
    return stands ? (long)process.dwProcessId : CHILD_ENDED;
}

long child_os_branch(char **words)
{
    return branch(words, 0);
}

/* A daemon also tries to leave the job that it is in. */
long child_os_detach(char **words)
{
    DWORD alone = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
    long pid = branch(words, alone | CREATE_BREAKAWAY_FROM_JOB);
    return pid == -EACCES ? branch(words, alone) : pid;
}

long child_os_break_away(char **words)
{
    return branch(words, CREATE_BREAKAWAY_FROM_JOB);
}

int child_os_stopped(void)
{
    static char *hang[] = {"hang", NULL};
    PROCESS_INFORMATION process;
    return start_self(hang, CREATE_SUSPENDED, &process);
}

int child_os_traced(void)
{
    return ENOTSUP;
}

int child_os_trace(long pid)
{
    (void)pid;
    return ENOTSUP;
}

int child_os_vfork(void)
{
    return ENOTSUP;
}

int child_os_flee(double seconds)
{
    char left[32];
    char *words[] = {"flee", left, NULL};
    PROCESS_INFORMATION process;
    double began = child_windows_now();
    Sleep(1);
    snprintf(left, sizeof left, "%f",
             seconds - (child_windows_now() - began) - 0.005); /* it takes a while to be born */
    if (left[0] != '-')
        start_self(words, 0, &process);
    ExitProcess(0);
}

/* An ended process whose handle somebody has: what is nearest to a zombie. */
int child_os_zombies(size_t count)
{
    static char *nothing[] = {"exit", "0", NULL};
    PROCESS_INFORMATION process;
    while (count-- > 0) {
        int error = start_self(nothing, 0, &process);
        if (error)
            return error;
        WaitForSingleObject(process.hProcess, INFINITE);
    }
    return 0;
}

int child_os_reap(void)
{
    for (; children.count > 0; children.count--) {
        WaitForSingleObject(children.handles[children.count - 1], INFINITE);
        CloseHandle(children.handles[children.count - 1]);
    }
    return 0;
}

/* Without the console there is nobody to send Ctrl-C. */
int child_os_setsid(void)
{
    FreeConsole(); /* it may have had none */
    return 0;
}

int child_os_subreaper(void)
{
    return ENOTSUP;
}
