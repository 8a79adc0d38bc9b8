/*
** long_test.c: programs and folders whose paths are longer than MAX_PATH, which is 260 characters.
**
** The folders are made by the form of a path that the system takes in any length, so that they can be had wherever
** these tests run; what we are given is an ordinary path.
*/
#include "world.h"

#include "../../../host/windows/native.h"
#include "../../../host/windows/process/program.h"

enum { LONGEST_FOLDER = MAX_PATH - 2, VERY_LONG = 400, ROOM = 512 };

static const wchar_t form[] = L"\\\\?\\";

/* An ordinary path made of the tests' folder and folders in it; each is made as soon as it is named. */
static struct {
    wchar_t path[ROOM]; /* behind the form */
    size_t length;
} deep;

static void go_down(size_t length)
{
    wcscat(deep.path, L"\\");
    while (wcslen(deep.path) < length + wcslen(form))
        wcscat(deep.path, L"d");
    CHECK(CreateDirectoryW(deep.path, NULL));
    deep.length = length;
}

/* Down to where a path has so many characters. */
static void go_down_to(size_t length)
{
    while (deep.length + 101 < length)
        go_down(deep.length + 100);
    go_down(length);
}

static void begin(void)
{
    wcscpy(deep.path, form);
    GetTempPathW(MAX_PATH, deep.path + wcslen(form));
    swprintf(deep.path + wcslen(deep.path), 64, L"jghost-long-%lu", GetCurrentProcessId());
    deep.length = wcslen(deep.path) - wcslen(form);
    CHECK(CreateDirectoryW(deep.path, NULL));
}

static void end(void)
{
    for (; wcsstr(deep.path, L"jghost-long") != NULL; *wcsrchr(deep.path, L'\\') = L'\0')
        CHECK(RemoveDirectoryW(deep.path));
}

static char *ordinary(const wchar_t *name)
{
    static char path[ROOM * 3];
    char *narrow = jg_narrow(deep.path + wcslen(form)), *last = jg_narrow(name);
    snprintf(path, sizeof path, "%s%s", narrow, last);
    free(narrow);
    free(last);
    return path;
}

static int exits_with_7(char *name, const char *folder)
{
    struct child child;
    char *argv[] = {name, "exit", "7", NULL};
    if (!spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .cwd = folder, .stdio = {-1, -1, -1}})) {
        printf("      %s %d\n", err.what, err.native);
        return 0;
    }
    CHECK(turn_until(&child.ended, 1, 60000));
    jg_os_process_release(child.process);
    return child.status.exit.code == 7;
}

static int is_refused(const char *folder, enum jg_err_kind kind)
{
    struct child child;
    char *argv[] = {program, "exit", "7", NULL};
    return !spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .cwd = folder, .stdio = {-1, -1, -1}}) &&
           err.kind == kind && strcmp(err.what, "cannot enter the working directory") == 0;
}

static int is_found(const wchar_t *as, const char *name)
{
    wchar_t *wide = jg_wide(name), *found = jg_program_find(wide, NULL, NULL);
    int same = found != NULL && wcscmp(found, as) == 0;
    free(wide);
    free(found);
    return same;
}

static int in_wine(void)
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
}

static void test_program(void)
{
    static const wchar_t name[] = L"\\play.exe";
    wchar_t copy[ROOM + 16];
    begin();
    go_down_to(VERY_LONG);
    wcscat(wcscpy(copy, deep.path), name);
    CHECK(CopyFileW(self, copy, FALSE));
    CHECK(is_found(copy, ordinary(name)));
    CHECK(is_found(copy, ordinary(L"/play")));
    if (in_wine())
        printf("skip  a program with a long path runs: Wine 8 makes another path of it\n");
    else
        CHECK(exits_with_7(ordinary(name), NULL));
    CHECK(DeleteFileW(copy));
    end();
}

static void test_folder(void)
{
    begin();
    go_down_to(LONGEST_FOLDER);
    CHECK(exits_with_7(program, ordinary(L"")));
    CHECK(exits_with_7(program, ordinary(L"\\")));
    CHECK(is_refused(ordinary(L"x"), JG_ERR_TOO_LONG) && err.native == JG_NATIVE_LONG_FOLDER);
    CHECK(is_refused(ordinary(L"\\x"), JG_ERR_TOO_LONG));
    end();
    begin();
    go_down_to(VERY_LONG);
    CHECK(is_refused(ordinary(L""), JG_ERR_TOO_LONG));
    end();
}

static int has_form(const wchar_t *before, const wchar_t *after)
{
    wchar_t full[ROOM], expected[ROOM];
    wmemset(full, L'x', 300);
    wmemcpy(full, before, wcslen(before));
    full[300] = L'\0';
    wcscat(wcscpy(expected, after), full + wcslen(before));
    wchar_t *path = jg_long_path(full);
    int same = path != NULL && wcscmp(path, expected) == 0;
    free(path);
    return same;
}

static void test_form(void)
{
    wchar_t *path = jg_long_path(L"C:\\short");
    CHECK(path != NULL && wcscmp(path, L"C:\\short") == 0);
    free(path);
    CHECK(has_form(L"C:\\", L"\\\\?\\C:\\"));
    CHECK(has_form(L"\\\\server\\share\\", L"\\\\?\\UNC\\server\\share\\"));
    CHECK(has_form(L"\\\\?\\C:\\", L"\\\\?\\C:\\"));
    CHECK(has_form(L"\\\\.\\C:\\", L"\\\\.\\C:\\"));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"program", test_program},
        {"folder", test_folder},
        {"form", test_form},
    };
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
