/*
** listener_test.c: who attaches is let in when the loop turns, and who may come at all; and how it is found.
**
** The process that is started is the guard, of which there are other children than the harness. That one has the tests.
*/
#include "world.h"

#include <aclapi.h>

#include "../../../host/windows/attach/pipename.h"
#include "../../../host/windows/native.h"
#include "../../../host/windows/state.h"

enum { MANY = 20, OTHERS = 8 };

static DWORD guard;
static int attached; /* how many have been let in */

static void on_attached(void *owner, int descriptor)
{
    CHECK(owner == &attached);
    _close(descriptor);
    attached++;
}

static void listen_as_harness(void)
{
    static struct jg_shared shared;
    shared.guard_pid = guard;
    jg_state.shared = &shared;
    CHECK(jg_os_attach_listen(loop, on_attached, &attached, &err));
}

static int come(int *descriptor)
{
    return jg_os_attach(guard, descriptor, &err);
}

/* As many as like to, though the loop doesn't turn: the harness is busy. */
static void test_many(void)
{
    int descriptors[MANY];
    CHECK(come(&descriptors[0])); /* the thread pool has its thread */
    _close(descriptors[0]);
    CHECK(turn_until(&attached, 1, 10000));
    int before = handles();
    for (int i = 0; i < MANY; i++)
        CHECK(come(&descriptors[i]));
    CHECK(attached == 1);
    CHECK(turn_until(&attached, 1 + MANY, 10000));
    for (int i = 0; i < MANY; i++)
        _close(descriptors[i]);
    CHECK(handles() == before);
}

static int processes; /* that the harness of this guard has started, as those who list it see it */

static void on_harness(const struct jg_os_harness_info *info, void *argument)
{
    (void)argument;
    if (info->id == guard)
        processes = (int)info->processes;
}

static void end(HANDLE process)
{
    TerminateProcess(process, 0);
    WaitForSingleObject(process, 10000);
}

/* The harness isn't taken for another child of its guard. */
static void test_listing(void)
{
    struct child children[2];
    for (int i = 0; i < 2; i++)
        CHECK(spawn(&children[i], NULL, "hang", NULL) && turn_until(&children[i].spawned, 1, 1000));
    CHECK(jg_os_harnesses(on_harness, NULL, &err) && processes == 2);
    for (int i = 0; i < 2; i++) {
        CHECK(jg_os_process_signal(children[i].process, "kill", &err));
        CHECK(turn_until(&children[i].ended, 1, 60000));
        jg_os_process_release(children[i].process);
    }
}

/* Nor is who listens in its place, as this process does in that of a harness of its own. */
static void test_impostor(void)
{
    wchar_t name[JG_PIPE_NAME_SIZE];
    int descriptor;
    jg_pipe_name(name, GetCurrentProcessId());
    HANDLE pipe = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    HANDLE next = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    CHECK(!jg_os_attach(GetCurrentProcessId(), &descriptor, &err) && err.kind == JG_ERR_NOT_FOUND);
    HANDLE harness = start(L"hang", 0).hProcess;
    CHECK(!jg_os_attach(GetCurrentProcessId(), &descriptor, &err) && err.native == JG_NATIVE_NOT_THE_HARNESS);
    CHECK(err.kind == JG_ERR_DENIED);
    end(harness);
    CloseHandle(pipe);
    CloseHandle(next);
}

static int is_known(PSID sid, WELL_KNOWN_SID_TYPE type)
{
    return IsWellKnownSid(sid, type);
}

static int is_owner(PSID sid)
{
    HANDLE token;
    DWORD size;
    union {
        TOKEN_OWNER owner;
        char room[256];
    } ours;
    CHECK(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
    CHECK(GetTokenInformation(token, TokenOwner, &ours, sizeof ours, &size));
    CloseHandle(token);
    return EqualSid(sid, ours.owner.Owner);
}

/* The system's default would let everybody read. */
static void test_access(void)
{
    wchar_t name[JG_PIPE_NAME_SIZE];
    PSECURITY_DESCRIPTOR descriptor;
    PACL list = NULL;
    ACCESS_ALLOWED_ACE *entry;
    jg_pipe_name(name, guard);
    HANDLE pipe = CreateFileW(name, READ_CONTROL, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(pipe != INVALID_HANDLE_VALUE);
    CHECK(GetSecurityInfo(pipe, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, NULL, NULL, &list, NULL, &descriptor) ==
          0);
    CHECK(list != NULL && list->AceCount > 0);
    for (DWORD i = 0; list != NULL && GetAce(list, i, (void **)&entry); i++) {
        PSID sid = &entry->SidStart;
        CHECK(is_owner(sid) || is_known(sid, WinLocalSystemSid) || is_known(sid, WinBuiltinAdministratorsSid));
    }
    LocalFree(descriptor);
    CloseHandle(pipe);
}

/* Those who wait are let go of. */
static void test_close(void)
{
    int descriptor;
    int before = attached;
    CHECK(come(&descriptor));
    jg_os_loop_close(loop);
    loop = NULL;
    CHECK(attached == before);
    char byte;
    CHECK(_read(descriptor, &byte, 1) <= 0);
    _close(descriptor);
    CHECK(!come(&descriptor) && err.kind == JG_ERR_NOT_FOUND);
}

/* ---- the guard */

static PROCESS_INFORMATION start_program(const wchar_t *path, const wchar_t *verb)
{
    STARTUPINFOW startup = {.cb = sizeof startup, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION created = {0};
    wchar_t line[64];
    startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    swprintf(line, 64, L"program %ls", verb);
    CreateProcessW(path, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &created);
    return created;
}

/*
** Others of its children are older than the harness, and others are younger: among those is another one of the same
** program, as if a jghost had been detached. Numbers say nothing: there are so many that some have a lower one.
*/
static int be_guard(void)
{
    wchar_t other[MAX_PATH], verb[32];
    HANDLE others[OTHERS];
    DWORD status = 1;
    GetTempPathW(MAX_PATH, other);
    CopyFileW(self, wcscat(other, L"jg-other.exe"), FALSE);
    for (int i = 0; i < OTHERS / 2; i++)
        others[i] = start_program(other, L"hang").hProcess;
    swprintf(verb, 32, L"harness %lu", GetCurrentProcessId());
    HANDLE harness = start_program(self, verb).hProcess;
    for (int i = OTHERS / 2; i < OTHERS; i++)
        others[i] = start_program(i % 2 == 0 ? other : self, L"hang").hProcess;
    WaitForSingleObject(harness, INFINITE);
    GetExitCodeProcess(harness, &status);
    for (int i = 0; i < OTHERS; i++)
        end(others[i]);
    for (int i = 0; i < 100 && !DeleteFileW(other); i++)
        Sleep(20);
    return (int)status;
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"listen", listen_as_harness}, {"many", test_many},     {"listing", test_listing},
        {"impostor", test_impostor},   {"access", test_access}, {"close", test_close},
    };
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (argc == 1)
        return be_guard();
    if (strcmp(argv[1], "harness") != 0)
        return play(argv);
    guard = strtoul(argv[2], NULL, 10);
    return run_tests(1, argv, tests, sizeof tests / sizeof *tests);
}
