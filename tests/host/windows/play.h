/*
** play.h: the children of these tests, which are the same executable started with a verb.
*/
#ifndef PLAY_H
#define PLAY_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "../../../host/windows/wide.h"

static wchar_t self[MAX_PATH]; /* this executable */

static inline PROCESS_INFORMATION start(const wchar_t *verb, DWORD flags)
{
    wchar_t line[MAX_PATH + 64];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION created = {0};
    swprintf(line, MAX_PATH + 64, L"\"%ls\" %ls", self, verb);
    CreateProcessW(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &created);
    return created;
}

static inline void say(const char *text)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)strlen(text), &written, NULL);
}

static inline void print_handles(void)
{
    int files = 0; /* files and pipes that were inherited, above the three */
    for (ULONG_PTR value = 4; value < 4096; value += 4) {
        HANDLE handle = (HANDLE)value;
        DWORD flags;
        if (GetHandleInformation(handle, &flags) && (flags & HANDLE_FLAG_INHERIT) != 0)
            files++;
    }
    char text[32];
    snprintf(text, sizeof text, "%d\n", files);
    say(text);
}

static inline void print_arguments(void)
{
    char *line = jg_narrow(GetCommandLineW());
    say(line);
    free(line);
}

static inline void print_folder(void)
{
    char folder[MAX_PATH];
    GetCurrentDirectoryA(MAX_PATH, folder);
    say(folder);
}

static inline void cat(void)
{
    char text[256];
    DWORD count, written;
    while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), text, sizeof text, &count, NULL) && count > 0)
        WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, count, &written, NULL);
}

static inline void flood(int kilobytes)
{
    char text[1025];
    memset(text, 'x', 1024);
    text[1024] = '\0';
    while (kilobytes-- > 0)
        say(text);
}

static inline void spin(void)
{
    uint64_t until = GetTickCount64() + 300;
    while (GetTickCount64() < until)
        ;
}

static inline void fork_bomb(int depth)
{
    for (int i = 0; i < 2 && depth > 0; i++) {
        wchar_t verb[32];
        swprintf(verb, 32, L"bomb %d", depth - 1);
        start(verb, 0);
    }
    Sleep(60000);
}

/* The verb is the first argument. */
static inline int play(char **argv)
{
    const char *verb = argv[1];
    if (strcmp(verb, "exit") == 0)
        ExitProcess((UINT)strtoul(argv[2], NULL, 0));
    if (strcmp(verb, "hang") == 0)
        Sleep(60000);
    if (strcmp(verb, "daemon") == 0) /* leaves a grandchild behind */
        start(L"hang", DETACHED_PROCESS);
    if (strcmp(verb, "brief") == 0) /* … for a moment */
        start(L"wait", DETACHED_PROCESS);
    if (strcmp(verb, "wait") == 0)
        Sleep(300);
    if (strcmp(verb, "escape") == 0)
        return start(L"hang", CREATE_BREAKAWAY_FROM_JOB).hProcess != NULL ? 1 : (int)GetLastError();
    if (strcmp(verb, "bomb") == 0)
        fork_bomb(atoi(argv[2]));
    if (strcmp(verb, "line") == 0)
        print_arguments();
    if (strcmp(verb, "handles") == 0)
        print_handles();
    if (strcmp(verb, "say") == 0)
        say(argv[2]);
    if (strcmp(verb, "cat") == 0)
        cat();
    if (strcmp(verb, "flood") == 0)
        flood(atoi(argv[2]));
    if (strcmp(verb, "env") == 0)
        say(getenv(argv[2]) != NULL ? getenv(argv[2]) : "(none)");
    if (strcmp(verb, "cwd") == 0)
        print_folder();
    if (strcmp(verb, "spin") == 0)
        spin();
    return 0;
}

#endif
