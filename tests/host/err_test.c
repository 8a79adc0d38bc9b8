/*
** err_test.c: kinds of errors have names, and native codes have kinds and texts.
*/
#include "../../host/err.h"

#include <string.h>

#include "check.h"

static const enum jg_err_kind kinds[] = {
#define KIND(kind, name) JG_ERR_##kind,
    JG_ERR_KINDS(KIND)
#undef KIND
};

enum { KINDS = sizeof kinds / sizeof kinds[0], HIGHEST = 200 };

static void test_names(void)
{
    for (int i = 0; i < KINDS; i++) {
        const char *name = jg_err_name(kinds[i]);
        CHECK(name != NULL && name[0] != '\0');
        CHECK(strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
        for (int j = 0; j < i; j++)
            CHECK(strcmp(name, jg_err_name(kinds[j])) != 0);
    }
    CHECK(strcmp(jg_err_name(JG_ERR_NOT_FOUND), "not_found") == 0);
    CHECK(strcmp(jg_err_name(JG_ERR_OTHER), "other") == 0);
}

static void test_kinds(void)
{
    CHECK(jg_os_err_kind(0) == JG_ERR_OK);
    CHECK(jg_os_err_kind(2) == JG_ERR_NOT_FOUND); /* ENOENT and ERROR_FILE_NOT_FOUND */
    CHECK(jg_os_err_kind(-1) == JG_ERR_OTHER);
    CHECK(jg_os_err_kind(1 << 30) == JG_ERR_OTHER);
    for (int native = 1; native < HIGHEST; native++) {
        enum jg_err_kind kind = jg_os_err_kind(native);
        CHECK(kind != JG_ERR_OK && jg_err_name(kind) != NULL);
    }
}

static void test_shortages(void)
{
    for (int i = 0; i < KINDS; i++) {
        enum jg_err_kind kind = kinds[i];
        bool is = kind == JG_ERR_NO_MEMORY || kind == JG_ERR_NO_DESCRIPTORS || kind == JG_ERR_NO_PROCESSES;
        CHECK(jg_err_is_shortage(&(struct jg_err){.kind = kind}) == is);
    }
}

static void test_set(void)
{
    struct jg_err err = {JG_ERR_OTHER, -1, NULL};
    CHECK(jg_err_set(&err, 2, "cannot do it") == 0);
    CHECK(err.kind == JG_ERR_NOT_FOUND && err.native == 2 && strcmp(err.what, "cannot do it") == 0);
}

static void test_text(void)
{
    char whole[256], text[256];
    CHECK(jg_os_err_text(2, whole, sizeof whole) == whole);
    CHECK(strlen(whole) > 4 && strpbrk(whole, "\r\n") == NULL);
    for (size_t size = 1; size < strlen(whole) + 3; size++) {
        memset(text, '?', sizeof text);
        jg_os_err_text(2, text, size);
        CHECK(memchr(text, '\0', size) != NULL);
        CHECK(strncmp(text, whole, strlen(text)) == 0);
        CHECK(text[size] == '?');
    }
    text[0] = '?';
    CHECK(jg_os_err_text(2, text, 0) == text && text[0] == '?');
    CHECK(jg_os_err_text(1 << 30, text, sizeof text)[0] != '\0');
    CHECK(jg_os_err_text(-1, text, sizeof text)[0] != '\0');
}

int main(void)
{
    test_names();
    test_kinds();
    test_shortages();
    test_set();
    test_text();
    return check_result();
}
