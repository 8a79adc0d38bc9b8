/*
** jobs_test.c: jobs and processes, from os.h down to the system. With arguments it plays the children.
*/
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <windows.h>

#include "../../../host/os.h"
#include "../../../host/windows/native.h"
#include "../../../host/windows/wide.h"
#include "../check.h"

/* ---- the children ---- */

static wchar_t self[MAX_PATH];

static PROCESS_INFORMATION start(const wchar_t *verb, DWORD flags)
{
    wchar_t line[MAX_PATH + 64];
    STARTUPINFOW startup = {.cb = sizeof startup};
    PROCESS_INFORMATION created = {0};
    swprintf(line, MAX_PATH + 64, L"\"%ls\" %ls", self, verb);
    CreateProcessW(NULL, line, NULL, NULL, FALSE, flags, NULL, NULL, &startup, &created);
    return created;
}

static void say(const char *text)
{
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, (DWORD)strlen(text), &written, NULL);
}

static void print_handles(void)
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

static void print_arguments(void)
{
    int count;
    (void)count;
    char *line = jg_narrow(GetCommandLineW());
    say(line);
    free(line);
}

static void fork_bomb(int depth)
{
    for (int i = 0; i < 2 && depth > 0; i++) {
        wchar_t verb[32];
        swprintf(verb, 32, L"bomb %d", depth - 1);
        start(verb, 0);
    }
    Sleep(60000);
}

static int play(int argc, char **argv)
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
    if (strcmp(verb, "cat") == 0) {
        char text[256];
        DWORD count, written;
        while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), text, sizeof text, &count, NULL) && count > 0)
            WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, count, &written, NULL);
    }
    if (strcmp(verb, "env") == 0)
        say(getenv(argv[2]) != NULL ? getenv(argv[2]) : "(none)");
    if (strcmp(verb, "cwd") == 0) {
        char folder[MAX_PATH];
        GetCurrentDirectoryA(MAX_PATH, folder);
        say(folder);
    }
    if (strcmp(verb, "spin") == 0) {
        uint64_t until = GetTickCount64() + 300;
        while (GetTickCount64() < until)
            ;
    }
    (void)argc;
    return 0;
}

/* ---- what the tests have in common ---- */

static uv_loop_t uv;
static struct jg_os_loop *loop;
static struct jg_err err;
static char *program;

struct child {
    struct jg_os_process *process;
    struct jg_os_status status;
    int spawned, ended, after_emptied;
};

struct box { /* a job's owner */
    struct jg_os_job *job;
    int emptied;
};

static int order; /* counts callbacks that came before the function that asked had returned */

static void on_spawned(void *owner, const struct jg_err *error)
{
    struct child *child = owner;
    child->spawned += error == NULL ? 1 : 100;
    order++;
}

static void on_ended(void *owner, const struct jg_os_status *status)
{
    struct child *child = owner;
    CHECK(child->spawned == 1);
    child->ended++;
    child->status = *status;
}

static void on_emptied(void *owner)
{
    struct box *box = owner;
    box->emptied++;
}

static const struct jg_os_process_events events = {on_spawned, on_ended};

static void on_alarm(uv_timer_t *timer)
{
    *(int *)timer->data = 1;
}

/* Turns the loop until *counter is at least `wanted`; false: not within `milliseconds`. */
static int turn_until(const int *counter, int wanted, unsigned milliseconds)
{
    uv_timer_t timer;
    int rung = 0;
    uv_timer_init(&uv, &timer);
    timer.data = &rung;
    uv_timer_start(&timer, on_alarm, milliseconds, 0);
    while (*counter < wanted && !rung) {
        jg_os_loop_settle(loop, true);
        if (*counter < wanted)
            uv_run(&uv, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&uv, UV_RUN_NOWAIT);
    return *counter >= wanted;
}

static int spawn_with(struct child *child, struct jg_os_job *job, struct jg_os_command command)
{
    memset(child, 0, sizeof *child);
    return jg_os_spawn(loop, job, &command, &events, child, &child->process, &err);
}

static int spawn(struct child *child, struct jg_os_job *job, char *verb, char *argument)
{
    char *argv[] = {program, verb, argument, NULL};
    return spawn_with(child, job, (struct jg_os_command){.argv = argv, .stdio = {-1, -1, -1}});
}

static struct jg_os_job *make_job(struct box *box, struct jg_os_job *parent)
{
    struct jg_os_job_options options = {0};
    memset(box, 0, sizeof *box);
    CHECK(jg_os_job_create(loop, parent, &options, on_emptied, box, &box->job, &err));
    return box->job;
}

/* Not by GetProcessHandleCount, which Wine doesn't have. */
static int handles(void)
{
    int count = 0;
    DWORD flags;
    for (ULONG_PTR value = 4; value < 65536; value += 4)
        count += GetHandleInformation((HANDLE)value, &flags) != 0;
    return count;
}

/* ---- the tests ---- */

static void test_exit_codes(void)
{
    static const struct {
        char *text;
        uint32_t code;
    } codes[] = {{"0", 0}, {"7", 7}, {"259", 259}, {"0xC0000005", 0xC0000005}, {"0xFFFFFFFF", 0xFFFFFFFF}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct child child;
        order = 0;
        CHECK(spawn(&child, NULL, "exit", codes[i].text));
        CHECK(order == 0 && jg_os_loop_settling(loop) && jg_os_process_pid(child.process) > 0);
        CHECK(turn_until(&child.ended, 1, 10000));
        CHECK(child.status.known && child.status.exit.code == codes[i].code && child.status.exit.signal == 0);
        jg_os_process_release(child.process);
    }
}

static void test_times(void)
{
    struct child child;
    CHECK(spawn(&child, NULL, "spin", NULL));
    CHECK(turn_until(&child.ended, 1, 10000));
    CHECK(child.status.user_time + child.status.system_time > 0);
    printf("      times %g %g, memory %lld\n", child.status.user_time, child.status.system_time,
           (long long)child.status.peak_memory);
    jg_os_process_release(child.process);
}

static int refused(char *name, enum jg_err_kind kind, const char *what)
{
    struct child child;
    char *argv[] = {name, NULL};
    int before = handles();
    int ok = !spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .stdio = {-1, -1, -1}}) &&
             err.kind == kind && strcmp(err.what, what) == 0 && handles() == before;
    if (!ok)
        printf("      %s: %s %s %d\n", name, jg_err_name(err.kind), err.what, err.native);
    return ok;
}

static void test_refusals(void)
{
    struct child child;
    struct jg_os_job *job = NULL;
    struct jg_os_job_options isolate = {.isolate = true};
    char *argv[] = {program, NULL};
    fclose(fopen("jg-test.bat", "w"));
    FILE *text = fopen("jg-test-text.exe", "w");
    fputs("not a program", text);
    fclose(text);
    CHECK(refused("./jg-missing", JG_ERR_NOT_FOUND, "cannot run"));
    CHECK(refused("jg-missing", JG_ERR_NOT_FOUND, "cannot run"));
    CHECK(refused("./jg-test.bat", JG_ERR_NOT_EXECUTABLE, "cannot run"));
    CHECK(refused("./jg-test", JG_ERR_NOT_EXECUTABLE, "cannot run"));
    CHECK(refused("./jg-test-text.exe", JG_ERR_NOT_EXECUTABLE, "cannot run"));
    CHECK(refused("a\"b", JG_ERR_INVALID, "cannot run"));
    CHECK(refused(".\\", JG_ERR_DENIED, "cannot run"));
    CHECK(!spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .cwd = "jg-missing", .stdio = {-1, -1, -1}}));
    CHECK(err.kind == JG_ERR_NOT_FOUND && strcmp(err.what, "cannot enter the working directory") == 0);
    CHECK(
        !spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .cwd = "jg-test.bat", .stdio = {-1, -1, -1}}));
    CHECK(err.kind == JG_ERR_NOT_DIRECTORY);
    CHECK(!jg_os_job_create(loop, NULL, &isolate, on_emptied, NULL, &job, &err) && err.kind == JG_ERR_NOT_SUPPORTED);
    remove("jg-test.bat");
    remove("jg-test-text.exe");
}

/* Runs a child with its output in a pipe, and what `input` says on its input; returns what it wrote. */
static const char *output_of(struct jg_os_command command, const char *input)
{
    static char text[70000];
    struct child child;
    uv_file out[2], in[2];
    size_t length = 0;
    CHECK(uv_pipe(out, 0, 0) == 0 && uv_pipe(in, 0, 0) == 0);
    command.stdio[0] = in[0];
    command.stdio[1] = out[1];
    command.stdio[2] = -1;
    int ok = spawn_with(&child, NULL, command);
    CHECK(ok);
    _close(in[0]);
    _close(out[1]);
    if (input != NULL)
        CHECK(_write(in[1], input, (unsigned)strlen(input)) == (int)strlen(input));
    _close(in[1]);
    for (int count; (count = _read(out[0], text + length, (unsigned)(sizeof text - 1 - length))) > 0;)
        length += (size_t)count;
    text[length] = '\0';
    _close(out[0]);
    if (ok) {
        CHECK(turn_until(&child.ended, 1, 10000));
        jg_os_process_release(child.process);
    }
    return text;
}

static const char *output(char *verb, char *argument)
{
    char *argv[] = {program, verb, argument, NULL};
    return output_of((struct jg_os_command){.argv = argv}, NULL);
}

static void test_stdio(void)
{
    char *cat[] = {program, "cat", NULL};
    char *handle[] = {program, "handles", NULL};
    HANDLE leak = CreateEventW(&(SECURITY_ATTRIBUTES){sizeof(SECURITY_ATTRIBUTES), NULL, TRUE}, TRUE, FALSE, NULL);
    CHECK(strcmp(output("say", "hello"), "hello") == 0);
    CHECK(strcmp(output_of((struct jg_os_command){.argv = cat}, "through"), "through") == 0);
    const char *inherited = output_of((struct jg_os_command){.argv = handle}, NULL);
    printf("      inheritable handles in a child: %s", inherited);
    CHECK(atoi(inherited) <= 3);
    CloseHandle(leak);
}

static void test_files(void)
{
    struct child child;
    char *argv[] = {program, "say", "into a file", NULL}, text[64] = "";
    uv_fs_t request;
    int file = uv_fs_open(NULL, &request, "jg-test.txt", UV_FS_O_RDWR | UV_FS_O_CREAT | UV_FS_O_TRUNC, 0666, NULL);
    CHECK(spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .stdio = {-1, file, file}}));
    CHECK(turn_until(&child.ended, 1, 10000));
    _lseek(file, 0, SEEK_SET);
    CHECK(_read(file, text, sizeof text) == 11 && strcmp(text, "into a file") == 0);
    _close(file);
    remove("jg-test.txt");
    jg_os_process_release(child.process);
}

static void test_environment(void)
{
    char *argv[] = {program, "env", "JG_ONE", NULL};
    char *env[] = {"JG_ONE=first", "jg_one=last", NULL};
    char *root[] = {program, "env", "SystemRoot", NULL};
    SetEnvironmentVariableW(L"JG_ONE", L"ours");
    CHECK(strcmp(output_of((struct jg_os_command){.argv = argv}, NULL), "ours") == 0);
    CHECK(strcmp(output_of((struct jg_os_command){.argv = argv, .env = env}, NULL), "last") == 0);
    CHECK(strcmp(output_of((struct jg_os_command){.argv = root, .env = env}, NULL), getenv("SystemRoot")) == 0);
    char *cwd[] = {program, "cwd", NULL};
    CHECK(_stricmp(output_of((struct jg_os_command){.argv = cwd, .cwd = "C:\\windows"}, NULL), "C:\\windows") == 0);
    char *cmd[] = {"cmd", "/d", "/c", "exit 5", NULL};
    struct child child;
    CHECK(spawn_with(&child, NULL, (struct jg_os_command){.argv = cmd, .stdio = {-1, -1, -1}}));
    CHECK(turn_until(&child.ended, 1, 20000) && child.status.exit.code == 5);
    jg_os_process_release(child.process);
}

static void test_many_in_turn(void)
{
    struct child child;
    struct box box;
    int before = 0;
    for (int i = 0; i < 1000; i++) {
        if (i == 20) /* the thread pool and the heap are warm */
            before = handles();
        struct jg_os_job *job = i % 4 == 0 ? make_job(&box, NULL) : NULL;
        CHECK(spawn(&child, job, "exit", "3"));
        CHECK(turn_until(&child.ended, 1, 10000) && child.status.exit.code == 3);
        jg_os_process_release(child.process);
        if (job != NULL) {
            CHECK(turn_until(&box.emptied, 1, 10000));
            jg_os_job_release(job);
        }
    }
    Sleep(50);
    printf("      handles: %d before, %d after\n", before, handles());
    CHECK(handles() <= before + 4);
}

static void test_many_at_once(void)
{
    enum { MANY = 200 };
    static struct child children[MANY];
    struct box box;
    int ended = 0;
    make_job(&box, NULL);
    for (int i = 0; i < MANY; i++)
        CHECK(spawn(&children[i], box.job, "hang", NULL));
    CHECK(turn_until(&children[MANY - 1].spawned, 1, 1000));
    struct jg_os_usage usage;
    CHECK(jg_os_job_usage(box.job, &usage, &err) && usage.active_processes == MANY);
    CHECK(jg_os_process_signal(children[150].process, "kill", &err));
    CHECK(turn_until(&children[150].ended, 1, 10000) && children[150].status.exit.code == 137);
    CHECK(box.emptied == 0 && !jg_os_job_empty(box.job));
    CHECK(jg_os_job_terminate(box.job, 77, &err));
    CHECK(turn_until(&box.emptied, 1, 30000) && jg_os_job_empty(box.job));
    for (int i = 0; i < MANY; i++) {
        ended += children[i].ended == 1 && children[i].status.exit.code == (i == 150 ? 137 : 77);
        jg_os_process_release(children[i].process);
    }
    CHECK(ended == MANY && box.emptied == 1);
    jg_os_job_release(box.job);
}

static void test_nested(void)
{
    struct box outer, middle, inner;
    struct child first, second;
    make_job(&outer, NULL);
    make_job(&middle, outer.job);
    make_job(&inner, middle.job);
    CHECK(spawn(&first, inner.job, "hang", NULL) && spawn(&second, middle.job, "hang", NULL));
    CHECK(turn_until(&second.spawned, 1, 1000));
    struct jg_os_usage usage = {0};
    CHECK(jg_os_job_usage(outer.job, &usage, &err));
    printf("      outer job: %lld active, %lld in all, %g s, memory %lld, read %lld\n",
           (long long)usage.active_processes, (long long)usage.total_processes, usage.user_time,
           (long long)usage.peak_memory, (long long)usage.read_bytes);
    CHECK(usage.active_processes == 2);
    CHECK(jg_os_job_terminate(inner.job, 5, &err));
    CHECK(turn_until(&inner.emptied, 1, 10000));
    CHECK(first.ended == 1 && first.status.exit.code == 5 && second.ended == 0);
    CHECK(outer.emptied == 0 && middle.emptied == 0 && !jg_os_job_empty(outer.job));
    CHECK(jg_os_job_terminate(outer.job, 6, &err));
    CHECK(turn_until(&outer.emptied, 1, 10000) && middle.emptied == 1 && inner.emptied == 1);
    CHECK(second.status.exit.code == 6);
    CHECK(spawn(&first, outer.job, "exit", "0") && turn_until(&outer.emptied, 2, 10000));
    jg_os_process_release(second.process);
    jg_os_job_release(inner.job);
    jg_os_job_release(middle.job);
    jg_os_job_release(outer.job);
}

static void test_grandchildren(void)
{
    struct box box;
    struct child child;
    make_job(&box, NULL);
    CHECK(spawn(&child, box.job, "brief", NULL));
    CHECK(turn_until(&child.ended, 1, 10000) && box.emptied == 0);
    CHECK(turn_until(&box.emptied, 1, 10000)); /* by the message */
    jg_os_process_release(child.process);
    CHECK(spawn(&child, box.job, "daemon", NULL));
    CHECK(turn_until(&child.ended, 1, 10000) && box.emptied == 1);
    jg_os_process_release(child.process);
    CHECK(jg_os_job_terminate(box.job, 1, &err));
    CHECK(turn_until(&box.emptied, 2, 10000));
    CHECK(spawn(&child, box.job, "escape", NULL));
    CHECK(turn_until(&child.ended, 1, 10000));
    CHECK(child.status.exit.code == ERROR_ACCESS_DENIED); /* no breaking away */
    jg_os_process_release(child.process);
    CHECK(spawn(&child, box.job, "bomb", "5"));
    Sleep(200);
    CHECK(jg_os_job_terminate(box.job, 1, &err));
    CHECK(turn_until(&box.emptied, 3, 20000));
    jg_os_process_release(child.process);
    jg_os_job_release(box.job);
}

static void test_release(void)
{
    struct box box;
    struct child child;
    make_job(&box, NULL);
    CHECK(spawn(&child, box.job, "daemon", NULL));
    CHECK(turn_until(&child.ended, 1, 10000));
    jg_os_process_release(child.process);
    CHECK(spawn(&child, box.job, "hang", NULL));
    CHECK(turn_until(&child.spawned, 1, 10000));
    HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)jg_os_process_pid(child.process));
    jg_os_job_release(box.job); /* its process's `ended` comes; its own `emptied` doesn't */
    CHECK(turn_until(&child.ended, 1, 10000) && box.emptied == 0);
    CHECK(WaitForSingleObject(process, 5000) == WAIT_OBJECT_0);
    CloseHandle(process);
    jg_os_process_release(child.process);
}

struct listing {
    int count, sorted, commands, frozen;
    int64_t last;
};

static void on_each(const struct jg_os_process_info *info, void *argument)
{
    struct listing *listing = argument;
    if (listing->count++ == 0)
        printf("      %lld parent %lld, %s, %s, %s, since %.0f, %lld bytes, %lld threads\n", (long long)info->pid,
               (long long)info->parent, info->name, info->command, info->state, info->started, (long long)info->memory,
               (long long)info->threads);
    listing->sorted += info->pid > listing->last;
    listing->commands += strstr(info->command, " hang") != NULL;
    listing->frozen += strcmp(info->state, "frozen") == 0;
    listing->last = info->pid;
}

static void test_listing(void)
{
    enum { MANY = 80 };
    static struct child children[MANY + 1];
    struct box box, inner;
    struct listing listing = {0}, all = {0};
    make_job(&box, NULL);
    make_job(&inner, box.job);
    for (int i = 0; i < MANY; i++)
        CHECK(spawn(&children[i], i % 2 == 0 ? box.job : inner.job, "hang", NULL));
    CHECK(spawn(&children[MANY], NULL, "hang", NULL));
    CHECK(turn_until(&children[MANY].spawned, 1, 1000));
    CHECK(jg_os_job_processes(box.job, on_each, &listing, &err));
    CHECK(listing.count == MANY && listing.sorted == MANY && listing.commands == MANY);
    int ok = jg_os_loop_processes(loop, on_each, &all, &err);
    CHECK(ok && all.count == MANY + 1 && all.commands == MANY + 1);
    printf("      run: %d, %d of %d\n", ok, all.commands, all.count);
    CHECK(jg_os_process_signal(children[MANY].process, "kill", &err));
    CHECK(jg_os_job_terminate(box.job, 1, &err) && turn_until(&box.emptied, 1, 20000));
    CHECK(turn_until(&children[MANY].ended, 1, 10000));
    for (int i = 0; i <= MANY; i++)
        jg_os_process_release(children[i].process);
    jg_os_job_release(inner.job);
    jg_os_job_release(box.job);
}

static void test_open(void)
{
    struct child child, opened = {.spawned = 1};
    CHECK(spawn(&child, NULL, "hang", NULL) && turn_until(&child.spawned, 1, 1000));
    int64_t pid = jg_os_process_pid(child.process);
    CHECK(jg_os_process_open(loop, pid, &events, &opened, &opened.process, &err));
    CHECK(!jg_os_process_signal(opened.process, "term", &err) && err.kind == JG_ERR_NOT_SUPPORTED);
    CHECK(!jg_os_process_signal(opened.process, "hup", &err) && err.kind == JG_ERR_NOT_SUPPORTED);
    CHECK(!jg_os_process_signal(opened.process, "wurst", &err) && err.kind == JG_ERR_INVALID);
    CHECK(jg_os_process_signal(opened.process, "kill", &err));
    CHECK(turn_until(&opened.ended, 1, 10000) && turn_until(&child.ended, 1, 10000));
    CHECK(opened.status.known && opened.status.exit.code == 137);
    CHECK(!jg_os_process_signal(child.process, "kill", &err) && err.kind == JG_ERR_GONE);
    jg_os_process_release(opened.process);
    jg_os_process_release(child.process);
    CHECK(!jg_os_process_open(loop, pid, &events, &opened, &opened.process, &err) && err.kind == JG_ERR_GONE);
    CHECK(!jg_os_process_open(loop, GetCurrentProcessId() + 1, &events, &opened, &opened.process, &err));
    CHECK(!jg_os_process_open(loop, 1LL << 40, &events, &opened, &opened.process, &err));
}

static void test_break(void)
{
    struct child child;
    CHECK(spawn(&child, NULL, "hang", NULL) && turn_until(&child.spawned, 1, 1000));
    Sleep(300);
    int asked = jg_os_process_signal(child.process, "term", &err);
    printf("      term: %s\n", asked ? "sent" : jg_err_name(err.kind)), printf("native %d\n", err.native);
    if (asked)
        CHECK(turn_until(&child.ended, 1, 5000));
    else
        CHECK(err.kind == JG_ERR_NOT_SUPPORTED && jg_os_process_signal(child.process, "kill", &err));
    CHECK(turn_until(&child.ended, 1, 10000));
    printf("      code 0x%X\n", (unsigned)child.status.exit.code);
    jg_os_process_release(child.process);
}

static void test_freeze(void)
{
    struct child child, other;
    struct box box;
    struct listing listing = {0};
    make_job(&box, NULL);
    CHECK(spawn(&child, box.job, "wait", NULL) && turn_until(&child.spawned, 1, 1000));
    CHECK(jg_os_job_freeze(box.job, true, &err) && jg_os_job_freeze(box.job, true, &err));
    CHECK(!spawn(&other, box.job, "hang", NULL) && err.kind == JG_ERR_INVALID);
    CHECK(!turn_until(&child.ended, 1, 800));
    CHECK(jg_os_job_processes(box.job, on_each, &listing, &err) && listing.frozen == 1);
    CHECK(jg_os_job_freeze(box.job, false, &err));
    CHECK(turn_until(&child.ended, 1, 5000));
    jg_os_process_release(child.process);
    CHECK(spawn(&child, box.job, "hang", NULL) && turn_until(&child.spawned, 1, 1000));
    CHECK(jg_os_job_freeze(box.job, true, &err));
    int before = box.emptied;
    CHECK(jg_os_job_terminate(box.job, 1, &err) && turn_until(&box.emptied, before + 1, 5000));
    jg_os_process_release(child.process);
    jg_os_job_release(box.job);
}

/* Callbacks that release, from within a nested turn of the loop. */
static struct child pair[2];

static void on_ended_nested(void *owner, const struct jg_os_status *status)
{
    struct child *child = owner;
    (void)status;
    child->ended++;
    if (child == &pair[0] && pair[1].ended == 0)
        turn_until(&pair[1].ended, 1, 5000);
    jg_os_process_release(child->process);
}

static void test_nested_turns(void)
{
    const struct jg_os_process_events nested = {on_spawned, on_ended_nested};
    char *argv[] = {program, "exit", "0", NULL};
    struct jg_os_command command = {.argv = argv, .stdio = {-1, -1, -1}};
    memset(pair, 0, sizeof pair);
    for (int i = 0; i < 2; i++)
        CHECK(jg_os_spawn(loop, NULL, &command, &nested, &pair[i], &pair[i].process, &err));
    Sleep(200); /* both events are in the queue */
    CHECK(turn_until(&pair[0].ended, 1, 10000) && turn_until(&pair[1].ended, 1, 10000));
    CHECK(pair[0].ended == 1 && pair[1].ended == 1);
}

static void test_close(void)
{
    struct box box, inner;
    static struct child children[6];
    DWORD count = 0;
    make_job(&box, NULL);
    make_job(&inner, box.job);
    for (int i = 0; i < 6; i++)
        CHECK(spawn(&children[i], i % 2 ? box.job : inner.job, i < 4 ? "hang" : "daemon", NULL));
    CHECK(spawn(&children[0], NULL, "exit", "0"));
    jg_os_loop_close(loop);
    loop = NULL;
    CHECK(box.emptied == 0 && children[1].ended == 0);
    uv_run(&uv, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&uv) == 0);
    (void)count;
}

int main(int argc, char **argv)
{
    _setmode(1, _O_BINARY);
    setvbuf(stdout, NULL, _IONBF, 0);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (argc > 1)
        return play(argc, argv);
    program = jg_narrow(self);
    HANDLE run = CreateJobObjectW(NULL, NULL); /* as the guard does */
    CHECK(AssignProcessToJobObject(run, GetCurrentProcess()));
    CHECK(uv_loop_init(&uv) == 0 && jg_os_loop_open(&loop, &uv, &err));
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"exit codes", test_exit_codes},   {"times", test_times},
        {"refusals", test_refusals},       {"stdio", test_stdio},
        {"files", test_files},             {"environment", test_environment},
        {"nested", test_nested},           {"grandchildren", test_grandchildren},
        {"release", test_release},         {"listing", test_listing},
        {"open", test_open},               {"break", test_break},
        {"freeze", test_freeze},           {"nested turns", test_nested_turns},
        {"many at once", test_many_at_once}, {"many in turn", test_many_in_turn},
        {"close", test_close},
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        if (getenv("ONLY") && !strstr(getenv("ONLY"), tests[i].name)) continue;
        uint64_t began = GetTickCount64();
        tests[i].run();
        printf("      %s: %llu ms\n", tests[i].name, (unsigned long long)(GetTickCount64() - began));
    }
    return check_result();
}
