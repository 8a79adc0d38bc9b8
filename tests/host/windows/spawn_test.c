/*
** spawn_test.c: processes: how they begin, what they are given, how they end.
*/
#include "world.h"

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
        CHECK(turn_until(&child.ended, 1, 60000));
        CHECK(child.status.known && child.status.exit.code == codes[i].code && child.status.exit.signal == 0);
        jg_os_process_release(child.process);
    }
}

static void test_times(void)
{
    struct child child;
    CHECK(spawn(&child, NULL, "spin", NULL));
    CHECK(turn_until(&child.ended, 1, 60000));
    CHECK(child.status.user_time + child.status.system_time > 0);
    jg_os_process_release(child.process);
}

static int refused(char *name, enum jg_err_kind kind, const char *what)
{
    struct child child;
    char *argv[] = {name, NULL};
    int ok = 0;
    for (int i = 0; i < 3 && !ok; i++) { /* the pool's threads have handles of their own: a leak shows each time */
        int before = handles();
        ok = !spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .stdio = {-1, -1, -1}}) &&
             err.kind == kind && strcmp(err.what, what) == 0 && handles() <= before;
    }
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
    CHECK(!spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .cwd = "jg-test.bat", .stdio = {-1, -1, -1}}));
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
        CHECK(turn_until(&child.ended, 1, 60000));
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
    CHECK(turn_until(&child.ended, 1, 60000));
    _lseek(file, 0, SEEK_SET);
    CHECK(_read(file, text, sizeof text) == 11 && strcmp(text, "into a file") == 0);
    _close(file);
    remove("jg-test.txt");
    jg_os_process_release(child.process);
}

/* Read by libuv, as the bindings do, and more than a pipe holds. */
static char scratch[65536];
static int captured, end_of_capture;

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)handle;
    (void)suggested;
    *buffer = uv_buf_init(scratch, sizeof scratch);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    (void)stream;
    (void)buffer;
    if (count > 0)
        captured += (int)count;
    else if (count == UV_EOF)
        end_of_capture = 1;
}

static void test_capture(void)
{
    struct child child;
    uv_pipe_t pipe;
    uv_file ends[2];
    char *argv[] = {program, "flood", "1000", NULL};
    CHECK(uv_pipe(ends, UV_NONBLOCK_PIPE, 0) == 0 && uv_pipe_init(&uv, &pipe, 0) == 0);
    CHECK(uv_pipe_open(&pipe, ends[0]) == 0 && uv_read_start((uv_stream_t *)&pipe, on_space, on_read) == 0);
    CHECK(spawn_with(&child, NULL, (struct jg_os_command){.argv = argv, .stdio = {-1, ends[1], -1}}));
    CHECK(turn_until(&child.spawned, 1, 1000));
    _close(ends[1]);
    CHECK(turn_until(&end_of_capture, 1, 10000) && captured == 1000 * 1024);
    CHECK(turn_until(&child.ended, 1, 60000));
    uv_close((uv_handle_t *)&pipe, NULL);
    uv_run(&uv, UV_RUN_NOWAIT);
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
    CHECK(turn_until(&opened.ended, 1, 10000) && turn_until(&child.ended, 1, 60000));
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
    if (asked)
        CHECK(turn_until(&child.ended, 1, 5000));
    else
        CHECK(err.kind == JG_ERR_NOT_SUPPORTED && jg_os_process_signal(child.process, "kill", &err));
    CHECK(turn_until(&child.ended, 1, 60000));
    jg_os_process_release(child.process);
}

/* Callbacks that release, from within a nested turn of the loop. */
static struct child pair[2];

static void on_ended_nested(void *owner, const struct jg_os_status *status)
{
    struct child *child = owner;
    (void)status;
    child->ended++;
    if (child == &pair[0] && pair[1].ended == 0)
        CHECK(turn_until(&pair[1].ended, 1, 5000));
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

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"exit codes", test_exit_codes},
        {"times", test_times},
        {"refusals", test_refusals},
        {"stdio", test_stdio},
        {"files", test_files},
        {"capture", test_capture},
        {"environment", test_environment},
        {"open", test_open},
        {"break", test_break},
        {"nested turns", test_nested_turns},
    };
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
