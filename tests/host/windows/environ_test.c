/*
** environ_test.c: environment blocks, error texts, programs' names.
*/
#include "../../../host/windows/environ.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../../../host/os.h"
#include "../../../host/windows/native.h"
#include "../../../host/windows/process/program.h"
#include "../check.h"

static void test_block(void)
{
    char *env[] = {"b=2", "Zed=z", "_x=under", "A=1", "B=3", "a_b=4", "SYSTEMROOT=C:\\w", "e=", NULL};
    static const wchar_t expected[] = L"A=1\0a_b=4\0B=3\0e=\0SYSTEMROOT=C:\\w\0Zed=z\0_x=under\0";
    wchar_t *block = jg_environment_block(env);
    CHECK(block != NULL && memcmp(block, expected, sizeof expected) == 0);
    CHECK(wcscmp(jg_environment_find(block, L"b"), L"3") == 0);
    CHECK(wcscmp(jg_environment_find(block, L"E"), L"") == 0);
    CHECK(jg_environment_find(block, L"a_") == NULL);
    free(block);
}

static void test_system_root(void)
{
    char *env[] = {NULL};
    wchar_t *block = jg_environment_block(env), own[MAX_PATH];
    GetEnvironmentVariableW(L"SystemRoot", own, MAX_PATH);
    CHECK(block != NULL && wcscmp(jg_environment_find(block, L"systemroot"), own) == 0);
    free(block);
}

static int same(const char *a, const char *b)
{
    return jg_os_same_variable(a, strlen(a), b, strlen(b));
}

static void test_names(void)
{
    CHECK(jg_os_variables_fold_case() && same("Path", "PATH") && same("gr\xC3\xBCn", "GR\xC3\x9CN"));
    CHECK(!same("PATH", "PATHEXT") && !same("", "A") && same("", "") && !same("\xFF", "\xFF"));
    CHECK(jg_os_same_variable("PATH=x", 4, "pathext", 4));
}

static void test_file_names(void)
{
    CHECK(strcmp(jg_os_file_name("C:\\a\\b/c.exe"), "c.exe") == 0 && strcmp(jg_os_file_name("a/b\\c"), "c") == 0);
    CHECK(strcmp(jg_os_file_name("C:c"), "c") == 0 && strcmp(jg_os_file_name("c"), "c") == 0);
    CHECK(strcmp(jg_os_file_name("a\\"), "") == 0);
}

static void test_own(void)
{
    SetEnvironmentVariableW(L"JG_TEST", L"\x20AC");
    SetEnvironmentVariableW(L"=C:", L"C:\\windows");
    int found = 0, hidden = 0;
    for (char **entry = jg_os_environment(); *entry != NULL; entry++) {
        found += strcmp(*entry, "JG_TEST=\342\202\254") == 0;
        hidden += **entry == '=';
    }
    CHECK(found == 1 && hidden == 0);
}

static void test_log(void)
{
    SetEnvironmentVariableW(L"LOCALAPPDATA", L"C:\\\x20AC");
    CHECK(strcmp(jg_os_detached_log(), "C:\\\342\202\254\\jghost\\detached") == 0);
    SetEnvironmentVariableW(L"LOCALAPPDATA", L"");
    CHECK(jg_os_detached_log() == NULL);
}

static int says(int native, enum jg_err_kind kind, const char *words)
{
    char text[300];
    jg_os_err_text(native, text, sizeof text);
    size_t length = strlen(text);
    int ok = length > 0 && jg_os_err_kind(native) == kind && strstr(text, words) != NULL && text[length - 1] != '.' &&
             text[length - 1] != '\n' && strchr(text, '%') == NULL;
    if (!ok)
        printf("      %d: %s: %s\n", native, jg_err_name(jg_os_err_kind(native)), text);
    return ok;
}

/* The system's own words are in the user's language. */
static void test_errors(void)
{
    char small[8], text[300];
    CHECK(says(ERROR_FILE_NOT_FOUND, JG_ERR_NOT_FOUND, ""));
    CHECK(strstr(jg_os_err_text(ERROR_FILE_NOT_FOUND, text, sizeof text), "Windows error") == NULL);
    CHECK(says(ERROR_ACCESS_DENIED, JG_ERR_DENIED, ""));
    CHECK(says(ERROR_BAD_EXE_FORMAT, JG_ERR_NOT_EXECUTABLE, ""));
    CHECK(says(4058, JG_ERR_NOT_FOUND, "no such file or directory"));
    CHECK(says(4092, JG_ERR_DENIED, "permission denied"));
    CHECK(says(4047, JG_ERR_BROKEN_PIPE, "broken pipe"));
    CHECK(says(JG_NATIVE_BATCH_FILE, JG_ERR_NOT_EXECUTABLE, "cmd.exe"));
    CHECK(says(JG_NATIVE_NO_MORE_PROCESSES, JG_ERR_NO_PROCESSES, "limit of processes"));
    CHECK(jg_os_err_kind(ERROR_NOT_ENOUGH_QUOTA) == JG_ERR_NO_MEMORY);
    CHECK(says(JG_NATIVE_NEVER_QUIET, JG_ERR_OTHER, "faster than they can be suspended"));
    CHECK(says(0x2ABCDEF, JG_ERR_OTHER, "Windows error 44813807"));
    CHECK(strcmp(jg_os_err_text(4058, small, sizeof small), "no such") == 0);
}

static int finds(const wchar_t *name, const wchar_t *folder, const wchar_t *path, const wchar_t *end)
{
    wchar_t *found = jg_program_find(name, folder, path);
    size_t length = found != NULL ? wcslen(found) : 0;
    int ok = length >= wcslen(end) && _wcsicmp(found + length - wcslen(end), end) == 0;
    if (!ok)
        printf("      %ls: %ls %lu\n", name, found != NULL ? found : L"-", GetLastError());
    free(found);
    return ok;
}

static int refuses(const wchar_t *name, const wchar_t *folder, const wchar_t *path, DWORD error)
{
    wchar_t *found = jg_program_find(name, folder, path);
    int ok = found == NULL && GetLastError() == error;
    if (!ok)
        printf("      %ls: %ls %lu\n", name, found != NULL ? found : L"-", GetLastError());
    free(found);
    return ok;
}

static void touch(const wchar_t *folder, const wchar_t *name)
{
    wchar_t path[MAX_PATH];
    wcscat(wcscat(wcscpy(path, folder), L"\\"), name);
    CloseHandle(CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
}

static void test_programs(void)
{
    wchar_t folder[MAX_PATH], path[2 * MAX_PATH] = L"C:\\nowhere;;\"";
    GetTempPathW(MAX_PATH, folder);
    wcscat(folder, L"jg-environ-test");
    CreateDirectoryW(folder, NULL);
    wcscat(wcscat(path, folder), L"\";C:\\windows");
    touch(folder, L"one.exe");
    touch(folder, L"one.com");
    touch(folder, L"two.1.exe");
    touch(folder, L"three.bat");
    touch(folder, L"four.CMD");
    touch(folder, L"bare");
    touch(folder, L"five.batch");
    touch(folder, L"six.cmd x");
    CHECK(finds(L"one", NULL, path, L"\\one.exe"));
    CHECK(finds(L"one.com", NULL, path, L"\\one.com"));
    CHECK(finds(L"two.1", NULL, path, L"\\two.1.exe"));
    CHECK(finds(L".\\one", folder, L"", L"\\one.exe"));
    CHECK(finds(L"./bare", folder, L"", L"\\bare"));
    CHECK(finds(L"./five.batch", folder, L"", L"\\five.batch"));
    CHECK(finds(L"./six.cmd x", folder, L"", L"\\six.cmd x"));
    CHECK(finds(L"cmd", NULL, NULL, L"\\cmd.exe"));
    CHECK(refuses(L"bare", NULL, path, ERROR_FILE_NOT_FOUND));
    CHECK(refuses(L"one", NULL, L"C:\\nowhere", ERROR_FILE_NOT_FOUND));
    CHECK(refuses(L"./missing", folder, path, ERROR_FILE_NOT_FOUND));
    CHECK(refuses(L".", folder, path, ERROR_FILE_NOT_FOUND));
    CHECK(refuses(L"..\\jg-environ-test", folder, path, ERROR_ACCESS_DENIED));
    CHECK(refuses(L"three", NULL, path, JG_NATIVE_BATCH_FILE));
    CHECK(refuses(L"three.bat", NULL, path, JG_NATIVE_BATCH_FILE));
    CHECK(refuses(L"four", NULL, path, JG_NATIVE_BATCH_FILE));
    CHECK(refuses(L"./four.cmd", folder, path, JG_NATIVE_BATCH_FILE));
    CHECK(refuses(L"./three.bat. .", folder, path, JG_NATIVE_BATCH_FILE));
    CHECK(refuses(L"./three.bat ", folder, path, JG_NATIVE_BATCH_FILE));
    CHECK(SetCurrentDirectoryW(folder)); /* where no program is looked for that is named without a folder */
    CHECK(finds(L".\\one", NULL, L"", L"\\one.exe"));
    CHECK(refuses(L"one", folder, L"C:\\nowhere;;", ERROR_FILE_NOT_FOUND));
    CHECK(refuses(L"one", folder, NULL, ERROR_FILE_NOT_FOUND));
}

int main(void)
{
    test_block();
    test_system_root();
    test_own();
    test_log();
    test_names();
    test_file_names();
    test_errors();
    test_programs();
    return check_result();
}
