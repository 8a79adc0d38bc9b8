/*
** program.c: which file a command's first word means.
**
** CreateProcessW would look in the folder that this executable is in, then in the working directory, before PATH, and
** hands batch files to cmd.exe, which has its own idea of quotes: whoever controls an argument could run anything. So
** it is always given the full path of a file that we found.
*/
#include "program.h"

#include <stdbool.h>
#include <stdlib.h>
#include <windows.h>

#include "../native.h"

static bool is_separator(wchar_t character)
{
    return character == L'\\' || character == L'/';
}

/* Full paths, "\folder" and "C:folder" aren't relative to just any folder. */
static bool is_anchored(const wchar_t *name)
{
    return is_separator(name[0]) || (name[0] != L'\0' && name[1] == L':');
}

wchar_t *jg_full_path(const wchar_t *name)
{
    SetLastError(ERROR_PATH_NOT_FOUND); /* of an empty name nothing is said */
    DWORD size = GetFullPathNameW(name, 0, NULL, NULL);
    wchar_t *full = size > 0 ? malloc(size * sizeof *full) : NULL;
    if (size > 0 && full == NULL)
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    if (full != NULL && GetFullPathNameW(name, size, full, NULL) == 0) {
        free(full);
        return NULL;
    }
    return full;
}

/* Only where it is needed: whoever is started by this form sees it as its own name. */
wchar_t *jg_long_path(const wchar_t *full)
{
    static const wchar_t form[] = L"\\\\?\\", on_server[] = L"\\\\?\\UNC";
    bool is_on_server = is_separator(full[0]) && is_separator(full[1]);
    bool has_form = is_on_server && (full[2] == L'?' || full[2] == L'.') && is_separator(full[3]);
    const wchar_t *prefix = has_form || wcslen(full) < MAX_PATH ? L"" : is_on_server ? on_server : form;
    wchar_t *path = malloc((wcslen(prefix) + wcslen(full) + 1) * sizeof *path);
    if (path == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wcscpy(path, prefix);
    return wcscat(path, prefix == on_server ? full + 1 : full);
}

/* folder\name.extension as a full path: without the blanks and full stops at the end, which the system ignores. */
static wchar_t *join(const wchar_t *folder, size_t folder_length, const wchar_t *name, const wchar_t *extension)
{
    wchar_t *joined = malloc((folder_length + wcslen(name) + wcslen(extension) + 2) * sizeof *joined);
    if (joined == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    wmemcpy(joined, folder, folder_length);
    joined[folder_length] = L'\0';
    if (folder_length > 0 && !is_separator(folder[folder_length - 1]))
        wcscat(joined, L"\\");
    wcscat(joined, name);
    wcscat(joined, extension);
    wchar_t *full = jg_full_path(joined);
    wchar_t *path = full != NULL ? jg_long_path(full) : NULL;
    free(full);
    free(joined);
    return path;
}

static const wchar_t *extension_of(const wchar_t *path)
{
    const wchar_t *extension = path + wcslen(path);
    for (const wchar_t *at = path; *at != L'\0'; at++) {
        if (is_separator(*at) || *at == L':')
            extension = path + wcslen(path);
        else if (*at == L'.')
            extension = at;
    }
    return extension;
}

/* By the file's full path: blanks and full stops that are still at its end (of \\?\ paths) belong to the name. */
static bool is_batch(const wchar_t *path)
{
    const wchar_t *extension = extension_of(path);
    return _wcsicmp(extension, L".bat") == 0 || _wcsicmp(extension, L".cmd") == 0;
}

/* What a search has come to: the best error so far. */
struct search {
    const wchar_t *name;
    DWORD error;
};

/* Is this the file? */
static wchar_t *try_file(struct search *search, const wchar_t *folder, size_t length, const wchar_t *extension)
{
    wchar_t *path = join(folder, length, search->name, extension);
    if (path == NULL) {
        search->error = GetLastError();
        return NULL;
    }
    DWORD attributes = GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        DWORD error = GetLastError();
        if (search->error == ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND)
            search->error = error;
    } else if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        search->error = ERROR_ACCESS_DENIED;
    } else if (is_batch(path)) {
        search->error = JG_NATIVE_BATCH_FILE;
    } else {
        return path;
    }
    free(path);
    return NULL;
}

/* Programs before batch files, which are looked for only to be refused by name. */
static wchar_t *try_folder(struct search *search, const wchar_t *folder, size_t length, bool exact)
{
    static const wchar_t *const endings[] = {L".exe", L".com", L"", L".bat", L".cmd"};
    bool has_extension = *extension_of(search->name) != L'\0';
    wchar_t *found = has_extension ? try_file(search, folder, length, L"") : NULL;
    for (size_t i = 0; i < sizeof endings / sizeof *endings && found == NULL; i++) {
        bool bare = *endings[i] == L'\0';
        if (search->error == JG_NATIVE_BATCH_FILE || (bare && (has_extension || !exact)))
            continue;
        found = try_file(search, folder, length, endings[i]);
    }
    return found;
}

/* An element of PATH may be in quotation marks, if there is a semicolon in it. */
static wchar_t *try_path(struct search *search, const wchar_t *path)
{
    wchar_t *found = NULL;
    while (found == NULL && *path != L'\0') {
        bool quoted = *path == L'"';
        path += quoted;
        size_t length = wcscspn(path, quoted ? L"\"" : L";");
        if (length > 0)
            found = try_folder(search, path, length, false);
        path += length;
        path += wcscspn(path, L";");
        path += *path == L';';
    }
    return found;
}

static wchar_t *try_system(struct search *search)
{
    wchar_t folder[MAX_PATH];
    UINT length = GetSystemDirectoryW(folder, MAX_PATH);
    wchar_t *found = try_folder(search, folder, length, false);
    if (found != NULL)
        return found;
    length = GetWindowsDirectoryW(folder, MAX_PATH);
    return try_folder(search, folder, length, false);
}

wchar_t *jg_program_find(const wchar_t *name, const wchar_t *folder, const wchar_t *path)
{
    struct search search = {name, ERROR_FILE_NOT_FOUND};
    wchar_t *found;
    if (is_anchored(name) || wcspbrk(name, L"\\/") != NULL) {
        if (folder == NULL || is_anchored(name))
            folder = L"";
        found = try_folder(&search, folder, wcslen(folder), true);
    } else {
        found = path != NULL ? try_path(&search, path) : try_system(&search);
        if (search.error == ERROR_ACCESS_DENIED) /* a folder of that name isn't what was meant */
            search.error = ERROR_FILE_NOT_FOUND;
    }
    if (found == NULL)
        SetLastError(search.error);
    return found;
}
