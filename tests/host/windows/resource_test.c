/*
** resource_test.c: what jghost.exe says of itself to Windows: that text is UTF-8 and paths may be long; its version.
**
** The build links the resources by another tool and another way than the code; a program without them runs as well.
*/
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../../../host/command.h"
#include "../check.h"

enum { FIRST = 1, FOLDERS_UP = 3 }; /* from tests/host/windows, where this program is */

static HMODULE module;

/* A copy, which ends with a zero; NULL: there is no such resource. */
static char *resource(const char *type, DWORD *size)
{
    HRSRC found = FindResourceA(module, MAKEINTRESOURCEA(FIRST), type);
    if (found == NULL)
        return NULL;
    *size = SizeofResource(module, found);
    char *copy = calloc(1, *size + 1);
    memcpy(copy, LockResource(LoadResource(module, found)), *size);
    return copy;
}

static void test_manifest(void)
{
    DWORD size;
    char *text = resource(MAKEINTRESOURCEA(24), &size); /* RT_MANIFEST, whichever characters that is for */
    CHECK(text != NULL && strstr(text, ">UTF-8</activeCodePage>") != NULL);
    CHECK(text != NULL && strstr(text, ">true</longPathAware>") != NULL);
    free(text);
}

/* The numbers stand after the resource's head: three words, the name "VS_VERSION_INFO", and what aligns them. */
static void test_version(void)
{
    enum { HEAD = 40 };
    DWORD size;
    VS_FIXEDFILEINFO info = {0};
    char version[40];
    char *bytes = resource(MAKEINTRESOURCEA(16), &size); /* RT_VERSION */
    CHECK(bytes != NULL && size >= HEAD + sizeof info);
    if (bytes != NULL && size >= HEAD + sizeof info)
        memcpy(&info, bytes + HEAD, sizeof info);
    free(bytes);
    CHECK(info.dwSignature == VS_FFI_SIGNATURE);
    snprintf(version, sizeof version, "%u.%u.%u", HIWORD(info.dwFileVersionMS), LOWORD(info.dwFileVersionMS),
             HIWORD(info.dwFileVersionLS));
    CHECK(strcmp(version, JG_VERSION) == 0);
    CHECK(info.dwProductVersionMS == info.dwFileVersionMS && info.dwProductVersionLS == info.dwFileVersionLS);
}

/* The manifest is obeyed, by Windows 10 and by Wine; this program has the same one. */
static void test_codepage(void)
{
    CHECK(GetACP() == CP_UTF8);
}

static void open_jghost(void)
{
    wchar_t path[MAX_PATH + 16];
    GetModuleFileNameW(NULL, path, MAX_PATH);
    for (int i = 0; i <= FOLDERS_UP; i++)
        *wcsrchr(path, L'\\') = L'\0';
    wcscat(path, L"\\jghost.exe");
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE);
    CHECK(module != NULL);
}

int main(void)
{
    open_jghost();
    test_manifest();
    test_version();
    test_codepage();
    FreeLibrary(module);
    return check_result();
}
