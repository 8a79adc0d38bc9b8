/*
** environ.c: our environment, and that of the processes that we start.
**
** In Windows' own block there are entries such as "=C:=C:\work", a working directory for each drive. They aren't
** anybody's variables; who inherits our environment as it is gets them, too.
*/
#include "environ.h"

#include <io.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../os.h"
#include "wide.h"

const char *jg_os_null_device(void)
{
    return "NUL";
}

bool jg_os_is_terminal(int descriptor)
{
    DWORD mode; /* _isatty would say so of NUL, too */
    intptr_t handle = _get_osfhandle(descriptor);
    return handle != -1 && GetConsoleMode((HANDLE)handle, &mode);
}

int jg_os_terminal_width(int descriptor)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    intptr_t handle = _get_osfhandle(descriptor);
    if (handle == -1 || !GetConsoleScreenBufferInfo((HANDLE)handle, &info))
        return 0;
    return info.srWindow.Right - info.srWindow.Left + 1;
}

/* ---- ours ---- */

static void free_list(char **list)
{
    for (char **entry = list; entry != NULL && *entry != NULL; entry++)
        free(*entry);
    free(list);
}

static char **narrow_list(const wchar_t *block)
{
    size_t count = 0, used = 0;
    for (const wchar_t *entry = block; *entry != L'\0'; entry += wcslen(entry) + 1)
        count++;
    char **list = calloc(count + 1, sizeof *list);
    for (const wchar_t *entry = block; list != NULL && *entry != L'\0'; entry += wcslen(entry) + 1) {
        if (*entry == L'=')
            continue;
        list[used] = jg_narrow(entry);
        if (list[used++] == NULL) {
            free_list(list);
            return NULL;
        }
    }
    return list;
}

static bool is_separator(char character)
{
    return character == '/' || character == '\\';
}

/* What begins with one separator begins on the current drive. */
bool jg_os_is_absolute(const char *path)
{
    bool has_drive = path[0] != '\0' && path[1] == ':';
    return has_drive ? is_separator(path[2]) : is_separator(path[0]) && is_separator(path[1]);
}

/* "C:" is a separator as well, in "C:program". */
const char *jg_os_file_name(const char *path)
{
    const char *name = path;
    for (const char *at = path; *at != '\0'; at++)
        if (is_separator(*at) || (*at == ':' && at == path + 1))
            name = at + 1;
    return name;
}

/* Made anew each time, since nobody tells us of a change; without memory it stays as it was. */
char **jg_os_environment(void)
{
    static char *none[] = {NULL};
    static char **list;
    wchar_t *block = GetEnvironmentStringsW();
    char **fresh = block != NULL ? narrow_list(block) : NULL;
    if (fresh != NULL) {
        free_list(list);
        list = fresh;
    }
    if (block != NULL)
        FreeEnvironmentStringsW(block);
    return list != NULL ? list : none;
}

/* ---- theirs ---- */

struct entry {
    wchar_t *text;
    size_t name; /* how long its name is */
    size_t order;
};

struct entries {
    struct entry *at;
    size_t count;
};

/* A name may begin with '='. */
static size_t name_length(const wchar_t *text)
{
    return *text == L'\0' ? 0 : 1 + wcscspn(text + 1, L"=");
}

static int compare_names(const wchar_t *a, size_t a_length, const wchar_t *b, size_t b_length)
{
    return CompareStringOrdinal(a, (int)a_length, b, (int)b_length, TRUE) - CSTR_EQUAL;
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_names(x->text, x->name, y->text, y->name);
    return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

bool jg_os_variables_fold_case(void)
{
    return true;
}

/* What can't be converted isn't the name of one that there is. */
bool jg_os_same_variable(const char *a, size_t a_length, const char *b, size_t b_length)
{
    wchar_t *x = jg_wide_part(a, a_length), *y = jg_wide_part(b, b_length);
    bool same = x != NULL && y != NULL && compare_names(x, wcslen(x), y, wcslen(y)) == 0;
    free(x);
    free(y);
    return same;
}

static bool add_entry(struct entries *entries, wchar_t *text)
{
    if (text == NULL)
        return false;
    entries->at[entries->count] = (struct entry){text, name_length(text), entries->count};
    entries->count++;
    return true;
}

/* As "NAME=value". */
static wchar_t *own_variable(const wchar_t *name)
{
    size_t length = wcslen(name);
    DWORD size = GetEnvironmentVariableW(name, NULL, 0);
    wchar_t *text = malloc((length + size + 2) * sizeof *text);
    if (text == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wcscpy(text, name);
    wcscat(text, L"=");
    GetEnvironmentVariableW(name, text + length + 1, size + 1);
    return text;
}

static bool collect(struct entries *entries, char *const *env)
{
    static const wchar_t needed[] = L"SystemRoot";
    size_t length = wcslen(needed);
    bool has = GetEnvironmentVariableW(needed, NULL, 0) == 0; /* then we can't give it either */
    for (; *env != NULL; env++) {
        if (!add_entry(entries, jg_wide(*env)))
            return false;
        const struct entry *last = &entries->at[entries->count - 1];
        has = has || compare_names(last->text, last->name, needed, length) == 0;
    }
    return has || add_entry(entries, own_variable(needed));
}

static wchar_t *join(const struct entries *entries)
{
    size_t size = 2; /* of nothing, too: two zeros */
    for (size_t i = 0; i < entries->count; i++)
        size += wcslen(entries->at[i].text) + 1;
    wchar_t *block = calloc(size, sizeof *block);
    if (block == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wchar_t *at = block;
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->at[i], *next = entry + 1;
        if (i + 1 < entries->count && compare_names(entry->text, entry->name, next->text, next->name) == 0)
            continue;
        wcscpy(at, entry->text);
        at += wcslen(at) + 1;
    }
    return block;
}

wchar_t *jg_environment_block(char *const *env)
{
    struct entries entries = {0};
    wchar_t *block = NULL;
    size_t count = 0;
    while (env[count] != NULL)
        count++;
    entries.at = calloc(count + 1, sizeof *entries.at);
    if (entries.at == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (collect(&entries, env)) {
        qsort(entries.at, entries.count, sizeof *entries.at, by_name);
        block = join(&entries);
    }
    for (size_t i = 0; i < entries.count; i++)
        free(entries.at[i].text);
    free(entries.at);
    return block;
}

const wchar_t *jg_environment_find(const wchar_t *block, const wchar_t *name)
{
    size_t length = wcslen(name);
    for (; *block != L'\0'; block += wcslen(block) + 1)
        if (name_length(block) == length && compare_names(block, length, name, length) == 0 && block[length] == L'=')
            return block + length + 1;
    return NULL;
}

/* Not the C library's, which may have asked for it in a code page. */
wchar_t *jg_environment_own(const wchar_t *name)
{
    DWORD size = GetEnvironmentVariableW(name, NULL, 0);
    wchar_t *value = size > 0 ? calloc(size, sizeof *value) : NULL;
    if (value != NULL)
        GetEnvironmentVariableW(name, value, size);
    return value;
}
