/*
** detachedlog.c: the file that says who was detached.
**
** Guards append to it, and whoever lists it forgets those that have ended; so each of them holds a lock, which is a
** file beside it that only one can have open: the log itself can't be replaced while it is open. A new file takes the
** old one's place in one step, since anybody may be ended at any time.
*/
#include "detachedlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../os.h"
#include "../environ.h"
#include "../wide.h"

enum { LOCK_TRIES = 500, DENIED_TRIES = 20, LOCK_PAUSE_MS = 10, LARGE = 65536, MOST = 1 << 26 };

static const char cannot_read[] = "cannot read the log of detached processes";

const char *jg_os_detached_log(void)
{
    static char *path;
    wchar_t *folder = jg_environment_own(L"LOCALAPPDATA");
    char *narrow = folder != NULL && folder[0] != L'\0' ? jg_narrow(folder) : NULL;
    free(folder);
    free(path);
    path = narrow != NULL ? realloc(narrow, strlen(narrow) + sizeof "\\jghost\\detached") : NULL;
    return path != NULL ? strcat(path, "\\jghost\\detached") : NULL;
}

const char *jg_detachedlog_what(void)
{
    if (jg_os_detached_log() != NULL)
        return JG_DETACHED_CANNOT_LOG;
    return JG_DETACHED_CANNOT_LOG " (LOCALAPPDATA names no folder)";
}

/* The log's name and something after it. The caller's to free. */
static wchar_t *beside(const char *ending)
{
    const char *path = jg_os_detached_log();
    char *text = path != NULL ? malloc(strlen(path) + strlen(ending) + 1) : NULL;
    wchar_t *wide = NULL;
    if (text != NULL) {
        strcat(strcpy(text, path), ending);
        wide = jg_wide(text);
    } else {
        SetLastError(path == NULL ? ERROR_PATH_NOT_FOUND : ERROR_NOT_ENOUGH_MEMORY);
    }
    free(text);
    return wide;
}

static HANDLE open_file(const char *ending, DWORD share, DWORD creation, DWORD flags)
{
    wchar_t *name = beside(ending);
    if (name == NULL)
        return NULL;
    HANDLE file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE | DELETE, share, NULL, creation,
                              FILE_ATTRIBUTE_NORMAL | flags, NULL);
    DWORD error = GetLastError();
    free(name);
    SetLastError(error);
    return file != INVALID_HANDLE_VALUE ? file : NULL;
}

/* It vanishes when it is closed; for a moment of that it is denied. */
static HANDLE lock(void)
{
    for (int i = 1;; i++) {
        HANDLE file = open_file(".lock", 0, OPEN_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE);
        DWORD error = GetLastError();
        bool is_taken = error == ERROR_SHARING_VIOLATION || (error == ERROR_ACCESS_DENIED && i < DENIED_TRIES);
        if (file != NULL || !is_taken || i == LOCK_TRIES)
            return file;
        Sleep(LOCK_PAUSE_MS);
    }
}

static bool open_locked(struct jg_detachedlog *log, DWORD creation)
{
    *log = (struct jg_detachedlog){.size = -1};
    log->lock = lock();
    log->file = log->lock != NULL ? open_file("", FILE_SHARE_READ, creation, 0) : NULL;
    if (log->file != NULL)
        return true;
    DWORD error = GetLastError();
    jg_detachedlog_close(log);
    SetLastError(error);
    return false;
}

void jg_detachedlog_close(struct jg_detachedlog *log)
{
    if (log->file != NULL)
        CloseHandle(log->file);
    if (log->lock != NULL)
        CloseHandle(log->lock);
    log->file = log->lock = NULL;
}

static char *read_all(HANDLE file)
{
    LARGE_INTEGER size;
    DWORD length = 0;
    if (!GetFileSizeEx(file, &size) || size.QuadPart > MOST)
        return NULL;
    char *text = malloc((size_t)size.QuadPart + 1);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    if (text == NULL || !ReadFile(file, text, (DWORD)size.QuadPart, &length, NULL)) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    jg_detached_show_zeros(text, length);
    return text;
}

static bool write_all(HANDLE file, const char *text)
{
    DWORD length = (DWORD)strlen(text), written = 0;
    bool ok = WriteFile(file, text, length, &written, NULL);
    if (ok && written < length)
        SetLastError(ERROR_DISK_FULL);
    return ok && written == length;
}

/* With the lock held. The log itself is closed for it. */
static bool replace(struct jg_detachedlog *log, const char *text)
{
    HANDLE file = open_file(".new", 0, CREATE_ALWAYS, 0);
    bool ok = file != NULL && write_all(file, text);
    if (file != NULL)
        CloseHandle(file);
    wchar_t *old = beside(".new"), *name = beside("");
    ok = ok && old != NULL && name != NULL;
    if (ok) {
        CloseHandle(log->file);
        log->file = NULL;
        ok = MoveFileExW(old, name, MOVEFILE_REPLACE_EXISTING);
    }
    if (!ok && old != NULL)
        DeleteFileW(old);
    free(old);
    free(name);
    return ok;
}

/* ---- writing ---- */

void jg_detachedlog_undo(const struct jg_detachedlog *log)
{
    LARGE_INTEGER size = {.QuadPart = log->size};
    if (log->file != NULL && log->size >= 0 && SetFilePointerEx(log->file, size, NULL, FILE_BEGIN))
        SetEndOfFile(log->file);
}

/* Those who never list it mustn't have it grow for ever. Not knowing better, it is left as it is. */
static bool append_to_large(struct jg_detachedlog *log, const char *line)
{
    char *text = read_all(log->file);
    char *grown = text != NULL && jg_detached_forget(text) == 0 ? realloc(text, strlen(text) + strlen(line) + 1) : NULL;
    bool ok = grown != NULL && replace(log, strcat(grown, line));
    free(grown != NULL ? grown : text);
    if (!ok && log->file == NULL)
        log->file = open_file("", FILE_SHARE_READ, OPEN_ALWAYS, 0);
    return ok;
}

/* Half a line would be damage. */
static bool append(struct jg_detachedlog *log, const char *line)
{
    LARGE_INTEGER size;
    if (!GetFileSizeEx(log->file, &size))
        return false;
    if (size.QuadPart > LARGE && append_to_large(log, line))
        return true;
    if (log->file == NULL)
        return false;
    log->size = size.QuadPart;
    if (SetFilePointerEx(log->file, size, NULL, FILE_BEGIN) && write_all(log->file, line))
        return true;
    DWORD error = GetLastError();
    jg_detachedlog_undo(log);
    SetLastError(error);
    return false;
}

/* That it can't be made shows when the file can't. */
static void make_folder(void)
{
    wchar_t *folder = beside("");
    wchar_t *end = folder != NULL ? wcsrchr(folder, L'\\') : NULL;
    if (end != NULL) {
        *end = L'\0';
        CreateDirectoryW(folder, NULL);
    }
    free(folder);
}

bool jg_detachedlog_enter(struct jg_detachedlog *log, HANDLE process, const char *command, struct jg_detached *entry)
{
    char line[JG_DETACHED_LINE];
    if (!jg_detached_describe(entry, process, command))
        return false;
    jg_detached_format(entry, line);
    make_folder();
    if (!open_locked(log, OPEN_ALWAYS))
        return false;
    bool ok = append(log, line);
    DWORD error = GetLastError();
    if (!ok)
        jg_detachedlog_close(log);
    SetLastError(error);
    return ok;
}

/* ---- reading ---- */

/* The lines of those that live, or may; the others are taken out of the file, too, if that can be. */
static char *load(struct jg_detachedlog *log, int *damaged)
{
    char *text = read_all(log->file);
    if (text == NULL)
        return NULL;
    size_t before = strlen(text);
    *damaged = jg_detached_forget(text);
    if (strlen(text) < before)
        replace(log, text);
    return text;
}

bool jg_os_detached(jg_os_detached_each_fn *each, void *argument, int *damaged, struct jg_err *err)
{
    struct jg_detachedlog log;
    *damaged = 0;
    if (!open_locked(&log, OPEN_EXISTING)) {
        DWORD error = GetLastError();
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ||
               jg_err_set(err, (int)error, cannot_read);
    }
    char *text = load(&log, damaged);
    bool ok = text != NULL || jg_err_set(err, (int)GetLastError(), cannot_read);
    jg_detachedlog_close(&log);
    if (ok && *damaged != 0)
        ok = jg_err_set(err, ERROR_INVALID_DATA, cannot_read);
    if (ok)
        jg_detached_tell(text, each, argument);
    free(text);
    return ok;
}
