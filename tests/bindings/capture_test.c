/*
** capture_test.c: the head and the tail, against a model that keeps everything.
*/
#include "../../bindings/capture.h"

#include <stdlib.h>
#include <string.h>

#include "../host/check.h"

enum { ALL = 70000, SCRATCH = 7 };

static char all[ALL]; /* what has been written; here and there the same as its neighbour, mostly not */

static void prepare(void)
{
    srand(1);
    for (int i = 0; i < ALL; i++)
        all[i] = (char)rand();
}

/* Joins the pieces; returns how many bytes they have, or -1 if that is more than the limit. */
static long join(const struct jg_capture *capture, char *joined)
{
    struct jg_capture_pieces pieces = jg_capture_pieces(capture);
    size_t size = 0;
    for (int i = 0; i < 3; i++) {
        if (size + pieces.size[i] > capture->limit)
            return -1;
        if (pieces.size[i] > 0)
            memcpy(joined + size, pieces.text[i], pieces.size[i]);
        size += pieces.size[i];
    }
    return (long)size;
}

static int is_right(const struct jg_capture *capture, size_t written)
{
    static char joined[ALL];
    size_t limit = capture->limit, kept = written < limit ? written : limit;
    size_t head = limit - limit / 2;
    if (head > kept)
        head = kept;
    size_t tail = kept - head;
    return capture->total == written && jg_capture_omitted(capture) == written - kept &&
           join(capture, joined) == (long)kept && memcmp(joined, all, head) == 0 &&
           memcmp(joined + head, all + written - tail, tail) == 0;
}

/* Writes at most `most` bytes in one go, as a read from a pipe would. */
static size_t write_some(struct jg_capture *capture, size_t written, size_t most)
{
    char scratch[SCRATCH], *space = NULL;
    size_t size = 0;
    jg_capture_space(capture, &space, &size, scratch, sizeof scratch);
    if (space == NULL || size == 0)
        return 0;
    size_t count = size < most ? size : most;
    memcpy(space, all + written, count);
    jg_capture_add(capture, space, count);
    return count;
}

/* Writes `total` bytes in pieces of at most `largest`; is it right after each? */
static void run(size_t limit, size_t total, size_t largest)
{
    struct jg_capture capture = {.limit = limit};
    size_t written = 0;
    int right = is_right(&capture, 0);
    while (right && written < total) {
        size_t most = 1 + (size_t)rand() % largest;
        size_t count = write_some(&capture, written, most < total - written ? most : total - written);
        written += count;
        right = count > 0 && is_right(&capture, written);
    }
    CHECK(right);
    if (!right)
        printf("      limit %zu, at %zu of %zu, pieces of up to %zu\n", limit, written, total, largest);
    jg_capture_free(&capture);
    CHECK(capture.limit == limit && capture.total == 0 && is_right(&capture, 0));
}

static void test_small_limits(void)
{
    for (size_t limit = 0; limit <= 40; limit++) {
        for (size_t largest = 1; largest <= 50; largest++)
            run(limit, 3 * limit + (size_t)rand() % 60, largest);
    }
}

/* The head is allocated in steps: past each of them, at its edge, and one byte to either side. */
static void test_large_limits(void)
{
    static const size_t edges[] = {4096, 8192, 16384, 30000};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (size_t limit = edges[i] - 1; limit <= edges[i] + 1; limit++) {
            run(limit, limit + limit / 3, 5000);
            run(2 * limit, 2 * limit + 1, 5000);
        }
    }
}

static void test_exact_sizes(void)
{
    for (size_t limit = 0; limit <= 40; limit++) {
        for (size_t total = 0; total <= 90; total++)
            run(limit, total, 90);
    }
}

/* A space that was given and not used costs nothing. */
static void test_unused_space(void)
{
    for (size_t limit = 0; limit <= 5; limit++) {
        struct jg_capture capture = {.limit = limit};
        char scratch[SCRATCH], *space;
        size_t size, written = 0;
        for (int i = 0; i < 20; i++) {
            jg_capture_space(&capture, &space, &size, scratch, sizeof scratch);
            jg_capture_add(&capture, space, 0);
            CHECK(is_right(&capture, written));
            written += write_some(&capture, written, 1);
        }
        CHECK(written == 20);
        jg_capture_free(&capture);
    }
}

/* The total is counted past what any memory holds. */
static void test_endless(void)
{
    struct jg_capture capture = {.limit = 4};
    char scratch[SCRATCH], *space;
    size_t size;
    for (uint64_t written = 0; written < 100000; written += size) {
        jg_capture_space(&capture, &space, &size, scratch, sizeof scratch);
        CHECK(written == 0 || size == sizeof scratch); /* large pieces, though little is kept */
        memset(space, 'x', size);
        jg_capture_add(&capture, space, size);
    }
    CHECK(capture.total >= 100000 && jg_capture_omitted(&capture) == capture.total - 4);
    jg_capture_free(&capture);
}

int main(void)
{
    prepare();
    test_small_limits();
    test_exact_sizes();
    test_large_limits();
    test_unused_space();
    test_endless();
    return check_result();
}
