/*
** listener_test.c: who attaches is let in when the loop turns, and who may come at all.
*/
#include "world.h"

#include <aclapi.h>

#include "../../../host/windows/pipename.h"
#include "../../../host/windows/state.h"

enum { MANY = 20, OTHERS = 8 };

static int attached; /* how many have been let in */

static void on_attached(void *owner, const int descriptors[2])
{
    CHECK(owner == &attached);
    _close(descriptors[0]);
    _close(descriptors[1]);
    attached++;
}

static void listen_as_harness(void)
{
    static struct jg_shared shared;
    shared.guard_pid = GetCurrentProcessId();
    jg_state.shared = &shared;
    CHECK(jg_os_attach_listen(loop, on_attached, &attached, &err));
}

static int come(int descriptors[2])
{
    return jg_os_attach(GetCurrentProcessId(), descriptors, &err);
}

static void leave(const int descriptors[2])
{
    _close(descriptors[0]);
    _close(descriptors[1]);
}

/* As many as like to, though the loop doesn't turn: the harness is busy. */
static void test_many(void)
{
    int descriptors[MANY][2];
    CHECK(come(descriptors[0])); /* the thread pool has its thread */
    leave(descriptors[0]);
    CHECK(turn_until(&attached, 1, 10000));
    int before = handles();
    for (int i = 0; i < MANY; i++)
        CHECK(come(descriptors[i]));
    CHECK(attached == 1);
    CHECK(turn_until(&attached, 1 + MANY, 10000));
    for (int i = 0; i < MANY; i++)
        leave(descriptors[i]);
    CHECK(handles() == before);
}

static int processes; /* that the harness of this guard has started, as those who list it see it */

static void on_harness(const struct jg_os_harness_info *info, void *argument)
{
    (void)argument;
    if (info->id == GetCurrentProcessId())
        processes = (int)info->processes;
}

static HANDLE start_program(const wchar_t *path)
{
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION created = {0};
    wchar_t line[] = L"program hang";
    CHECK(CreateProcessW(path, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &created));
    CloseHandle(created.hThread);
    return created.hProcess;
}

static void end_and_close(HANDLE process)
{
    TerminateProcess(process, 0);
    WaitForSingleObject(process, 10000);
    CloseHandle(process);
}

/*
** The harness isn't taken for another child of its guard: another program, whether it is older or younger, or one of
** the same that was detached. Numbers say nothing: there are so many others that some have a lower one.
*/
static void test_listing(void)
{
    wchar_t path[MAX_PATH];
    HANDLE others[OTHERS], job = CreateJobObjectW(NULL, NULL);
    GetTempPathW(MAX_PATH, path);
    CHECK(CopyFileW(self, wcscat(path, L"jg-other.exe"), FALSE));
    for (int i = 0; i < OTHERS / 2; i++)
        others[i] = start_program(path);
    PROCESS_INFORMATION harness = start(L"bomb 1", CREATE_SUSPENDED);
    CHECK(AssignProcessToJobObject(job, harness.hProcess) && ResumeThread(harness.hThread) == 1);
    for (int i = OTHERS / 2; i < OTHERS; i++)
        others[i] = start_program(i % 2 == 0 ? path : self);
    for (int i = 0; i < 100 && processes < 2; i++) {
        Sleep(50);
        CHECK(jg_os_harnesses(on_harness, NULL, &err));
    }
    CHECK(processes == 2);
    TerminateJobObject(job, 0);
    CloseHandle(job);
    CloseHandle(harness.hThread);
    end_and_close(harness.hProcess);
    for (int i = 0; i < OTHERS; i++)
        end_and_close(others[i]);
    for (int i = 0; i < 100 && !DeleteFileW(path); i++)
        Sleep(20);
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
    jg_pipe_name(name, GetCurrentProcessId());
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
    int descriptors[2];
    int before = attached;
    CHECK(come(descriptors));
    jg_os_loop_close(loop);
    loop = NULL;
    CHECK(attached == before);
    char byte;
    CHECK(_read(descriptors[0], &byte, 1) <= 0);
    leave(descriptors);
    CHECK(!come(descriptors) && err.kind == JG_ERR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {{"listen", listen_as_harness},
                                        {"many", test_many},
                                        {"listing", test_listing},
                                        {"access", test_access},
                                        {"close", test_close}};
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
