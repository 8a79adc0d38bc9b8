/*
** capture.c: a buffer that keeps the head and the tail of what is written to it.
**
** The first half of the limit is the head and grows as it fills. What comes then goes round in a ring
** of the other half, so memory is bounded, and whoever writes is never made to wait.
*/
#include "capture.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 4096 };

static size_t half(const struct jg_capture *capture)
{
    return capture->limit - capture->limit / 2;
}

/* Makes room in the head. False: it is full, or there is no memory, and then it stays as it is. */
static int grow_head(struct jg_capture *capture)
{
    size_t most = half(capture);
    size_t size = capture->head_size == 0 ? FIRST_SIZE : capture->head_size * 2;
    size = size < most ? size : most;
    if (size <= capture->head_size || capture->tail != NULL || capture->lost > 0)
        return 0;
    char *head = realloc(capture->head, size);
    if (head == NULL)
        return 0;
    capture->head = head;
    capture->head_size = size;
    return 1;
}

static int make_tail(struct jg_capture *capture)
{
    if (capture->tail == NULL) {
        capture->tail_size = capture->limit / 2;
        capture->tail = capture->tail_size == 0 ? NULL : malloc(capture->tail_size);
    }
    return capture->tail != NULL;
}

void jg_capture_space(struct jg_capture *capture, char **space, size_t *size, char *scratch, size_t scratch_size)
{
    if (capture->head_used < capture->head_size || grow_head(capture)) {
        *space = capture->head + capture->head_used;
        *size = capture->head_size - capture->head_used;
    } else if (make_tail(capture) && capture->tail_size >= scratch_size) {
        *space = capture->tail + capture->tail_at;
        *size = capture->tail_size - capture->tail_at;
    } else {
        *space = scratch;
        *size = scratch_size;
    }
}

/* By way of the scratch, of which a small ring keeps the end. */
static void copy_to_tail(struct jg_capture *capture, const char *at, size_t count)
{
    size_t skipped = count > capture->tail_size ? count - capture->tail_size : 0;
    capture->tail_total += count;
    capture->tail_at = (capture->tail_at + skipped) % capture->tail_size;
    for (at += skipped, count -= skipped; count > 0;) {
        size_t fits = capture->tail_size - capture->tail_at;
        size_t part = count < fits ? count : fits;
        memcpy(capture->tail + capture->tail_at, at, part);
        capture->tail_at = (capture->tail_at + part) % capture->tail_size;
        at += part;
        count -= part;
    }
}

void jg_capture_add(struct jg_capture *capture, const char *at, size_t count)
{
    capture->total += count;
    if (capture->head != NULL && at == capture->head + capture->head_used) {
        capture->head_used += count;
    } else if (capture->tail != NULL && at == capture->tail + capture->tail_at) {
        capture->tail_at = (capture->tail_at + count) % capture->tail_size;
        capture->tail_total += count;
    } else if (capture->tail != NULL) {
        copy_to_tail(capture, at, count);
    } else {
        capture->lost += count;
    }
}

static size_t tail_kept(const struct jg_capture *capture)
{
    return capture->tail_total < capture->tail_size ? (size_t)capture->tail_total : capture->tail_size;
}

uint64_t jg_capture_omitted(const struct jg_capture *capture)
{
    return capture->lost + (capture->tail == NULL ? 0 : capture->tail_total - tail_kept(capture));
}

struct jg_capture_pieces jg_capture_pieces(const struct jg_capture *capture)
{
    struct jg_capture_pieces pieces = {{capture->head}, {capture->head_used}};
    if (capture->tail != NULL) {
        size_t wrapped = capture->tail_total > capture->tail_size ? capture->tail_size - capture->tail_at : 0;
        pieces.text[1] = capture->tail + capture->tail_at;
        pieces.size[1] = wrapped;
        pieces.text[2] = capture->tail;
        pieces.size[2] = tail_kept(capture) - wrapped;
    }
    return pieces;
}

void jg_capture_free(struct jg_capture *capture)
{
    free(capture->head);
    free(capture->tail);
    *capture = (struct jg_capture){.limit = capture->limit};
}
