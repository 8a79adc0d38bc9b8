/*
** seen.c: what a process that was seen in a snapshot is.
*/
#include "seen.h"

bool jg_seen_is_console(const struct jg_seen *seen)
{
    static const wchar_t host[] = L"conhost.exe";
    return jg_seen_same_program(seen, &(struct jg_seen){.name = host, .name_length = sizeof host / sizeof *host - 1});
}

bool jg_seen_same_program(const struct jg_seen *a, const struct jg_seen *b)
{
    return a->name_length == b->name_length && _wcsnicmp(a->name, b->name, a->name_length) == 0;
}
