/*
** refuse.c: has the system refuse a call.
**
** JGHOST_REFUSE=CALL: the call of that name is refused, whoever makes it, we or libuv. CALL:N: the Nth of them is, and
** no other; on Linux, guard, init and harness count together. CALL,CALL:N: both. calls_linux.c and calls_windows.c have
** the names.
** JGHOST_REFUSE_AFTER=STAGE: not before a process has come to that stage; then in this one and in those that it
** starts.
** JGHOST_REFUSE_ERROR=CODE: with this error.
*/
#include "refuse.h"

#include <stdlib.h>
#include <string.h>

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Who is started from now on finds that it needn't wait for a stage. */
void jg_fault_refuse_from(const char *stage)
{
    static char nothing[] = "JGHOST_REFUSE_AFTER=";
    const char *wanted = getenv("JGHOST_REFUSE_AFTER");
    if (wanted != NULL && strcmp(wanted, stage) == 0)
        putenv(nothing);
}

static bool refuses(const char *word, int index, const char *call)
{
    size_t length = strlen(call);
    if (length == 0 || strcspn(word, ":,") != length || strncmp(word, call, length) != 0)
        return false;
    long count = jg_fault_count(index);
    return word[length] != ':' || strtol(word + length + 1, NULL, 10) == count;
}

bool jg_fault_refuses(const char *call)
{
    const char *word = getenv("JGHOST_REFUSE");
    if (!is_set(word) || is_set(getenv("JGHOST_REFUSE_AFTER")))
        return false;
    for (int i = 0; i < JG_FAULT_WORDS; i++) {
        if (refuses(word, i, call))
            return true;
        word += strcspn(word, ",");
        if (*word++ == '\0')
            break;
    }
    return false;
}

int jg_fault_error(int usual)
{
    const char *text = getenv("JGHOST_REFUSE_ERROR");
    return is_set(text) ? atoi(text) : usual;
}
