/*
** jobs_test.c: jobs: when they are empty, how they end, what is in them.
*/
#include <time.h>

#include <malloc.h>

#include "world.h"

#include "../../../host/windows/job/job.h"

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

static int given_up; /* how often the event of a job came that is given up meanwhile */
static size_t job_size;

/* As if the script had given it up just when the loop had taken the event. Nobody else frees it meanwhile. */
static void give_up(struct jg_event *event)
{
    struct jg_os_job *job = JG_CONTAINER(event, struct jg_os_job, event);
    given_up++;
    jg_os_job_release(job);
    Sleep(100); /* the messages' thread gets the job's last one */
    CHECK(_msize(job) == job_size);
}

static void test_giving_up(void)
{
    struct box box;
    make_job(&box, NULL);
    job_size = _msize(box.job);
    box.job->event.ready = give_up;
    PostQueuedCompletionStatus(loop->port, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO, (ULONG_PTR)box.job, NULL);
    CHECK(turn_until(&given_up, 1, 10000));
    CHECK(!turn_until(&given_up, 2, 50) && loop->first == NULL);
}

struct listing {
    int count, sorted, known, hanging, frozen;
    int64_t last;
};

static void on_each(const struct jg_os_process_info *info, void *argument)
{
    struct listing *listing = argument;
    double now = (double)time(NULL);
    listing->count++;
    listing->sorted += info->pid > listing->last && info->local_pid == info->pid && info->host_pid == info->pid;
    listing->known += info->parent == (int64_t)GetCurrentProcessId() && strcmp(info->name, "jobs_test.exe") == 0 &&
                      info->memory > 0 && info->threads >= 1 && info->started > now - 60 && info->started < now + 2;
    listing->hanging += strstr(info->command, "jobs_test.exe") != NULL && strstr(info->command, " hang") != NULL;
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
    for (int i = 0; i < 100 && listing.hanging < MANY; i++) { /* Wine shows arguments a little after the birth */
        Sleep(50);
        listing = (struct listing){0};
        CHECK(jg_os_job_processes(box.job, on_each, &listing, &err));
    }
    CHECK(listing.count == MANY && listing.sorted == MANY && listing.hanging == MANY && listing.known == MANY);
    int ok = jg_os_loop_processes(loop, on_each, &all, &err);
    CHECK(ok && all.count == MANY + 1 && all.hanging == MANY + 1);
    CHECK(jg_os_process_signal(children[MANY].process, "kill", &err));
    CHECK(jg_os_job_terminate(box.job, 1, &err) && turn_until(&box.emptied, 1, 20000));
    CHECK(turn_until(&children[MANY].ended, 1, 10000));
    for (int i = 0; i <= MANY; i++)
        jg_os_process_release(children[i].process);
    jg_os_job_release(inner.job);
    jg_os_job_release(box.job);
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

/* Who has the number of one that was in the job isn't suspended with it. */
static void test_stranger(void)
{
    PROCESS_INFORMATION stranger = start(L"hang", 0);
    struct box box;
    make_job(&box, NULL);
    const size_t *suspended = &box.job->suspended.count;
    CHECK(jg_job_suspend(box.job, stranger.dwProcessId, &err) && *suspended == 0);
    CHECK(AssignProcessToJobObject(box.job->handle, stranger.hProcess));
    CHECK(jg_job_suspend(box.job, stranger.dwProcessId, &err) && *suspended == 1);
    jg_job_thaw(box.job);
    CHECK(TerminateProcess(stranger.hProcess, 1) && WaitForSingleObject(stranger.hProcess, 5000) == WAIT_OBJECT_0);
    CloseHandle(stranger.hThread);
    CloseHandle(stranger.hProcess);
    jg_os_job_release(box.job);
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

/* With pipes for all three, as bindings/spawn.c makes them; both ends are closed here. */
static int spawn_with_pipes(struct child *child, struct jg_os_job *job, char *verb, char *argument)
{
    char *argv[] = {program, verb, argument, NULL};
    struct jg_os_command command = {.argv = argv};
    uv_file ends[3][2];
    CHECK(uv_pipe(ends[0], 0, UV_NONBLOCK_PIPE) == 0);
    CHECK(uv_pipe(ends[1], UV_NONBLOCK_PIPE, 0) == 0 && uv_pipe(ends[2], UV_NONBLOCK_PIPE, 0) == 0);
    for (int i = 0; i < 3; i++)
        command.stdio[i] = ends[i][i == 0 ? 0 : 1];
    int ok = spawn_with(child, job, command);
    for (int i = 0; i < 6; i++)
        _close(ends[i / 2][i % 2]);
    return ok;
}

/* Some at once, from their birth to their end: in no job, in one, in one that is inside of it; half of them with
** pipes, and half of them, the odd ones, are killed. */
static void come_and_go(void)
{
    enum { BATCH = 20 };
    struct child children[BATCH];
    struct box outer, inner;
    make_job(&outer, NULL);
    make_job(&inner, outer.job);
    struct jg_os_job *jobs[] = {NULL, outer.job, inner.job};
    for (int i = 0; i < BATCH; i++) {
        char *verb = i % 2 == 1 ? "hang" : "exit";
        CHECK((i % 4 < 2 ? spawn : spawn_with_pipes)(&children[i], jobs[i % 3], verb, "3"));
    }
    CHECK(turn_until(&children[BATCH - 1].spawned, 1, 1000));
    for (int i = 1; i < BATCH; i += 2)
        CHECK(jg_os_process_signal(children[i].process, "kill", &err));
    for (int i = 0; i < BATCH; i++) {
        CHECK(turn_until(&children[i].ended, 1, 10000) && children[i].status.exit.code == (i % 2 == 1 ? 137 : 3));
        jg_os_process_release(children[i].process);
    }
    CHECK(turn_until(&inner.emptied, 1, 10000) && turn_until(&outer.emptied, 1, 10000));
    jg_os_job_release(inner.job);
    jg_os_job_release(outer.job);
}

/* A thousand spawns leave no handle behind. */
static void test_handles(void)
{
    come_and_go(); /* the thread pool has its threads */
    int before = handles();
    for (int i = 0; i < 50; i++)
        come_and_go();
    for (int i = 0; i < 20 && handles() > before; i++)
        Sleep(20);              /* the last ones to end are just being let go of */
    CHECK(handles() <= before); /* fewer, if the thread pool has ended some threads */
}

/* Closing the loop ends what is left, and calls nobody. */
static void test_close(void)
{
    struct box box, inner;
    static struct child children[6];
    make_job(&box, NULL);
    make_job(&inner, box.job);
    for (int i = 0; i < 6; i++)
        CHECK(spawn(&children[i], i % 2 ? box.job : inner.job, i < 4 ? "hang" : "daemon", NULL));
    CHECK(spawn(&children[0], NULL, "exit", "0"));
    jg_os_loop_close(loop);
    loop = NULL;
    CHECK(box.emptied == 0 && children[1].ended == 0);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        {"nested", test_nested},     {"grandchildren", test_grandchildren},
        {"release", test_release},   {"giving up", test_giving_up},
        {"listing", test_listing},   {"freeze", test_freeze},
        {"stranger", test_stranger}, {"many at once", test_many_at_once},
        {"handles", test_handles},   {"close", test_close},
    };
    return run_tests(argc, argv, tests, sizeof tests / sizeof *tests);
}
