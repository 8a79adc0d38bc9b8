/*
** capture.h: a buffer that keeps the head and the tail of what is written to it.
*/
#ifndef JG_CAPTURE_H
#define JG_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

struct jg_capture {
    size_t limit;   /* bytes to keep at the most: one half of them the head, the other the tail */
    uint64_t total; /* bytes written to it so far */
    uint64_t lost;  /* of those, written when there was no memory to keep them */
    char *head, *tail;
    size_t head_size, head_used; /* head_size: allocated */
    size_t tail_size, tail_at;   /* the tail is a ring of tail_size bytes, written next at tail_at */
    uint64_t tail_total;
};

/*
** Where to write the next bytes, and how many fit there: never 0, so that a writer never has to wait.
** They go to `scratch` if the tail is smaller than that, so that a small capture isn't one of small
** pieces; and without memory, when they are counted as lost.
*/
void jg_capture_space(struct jg_capture *capture, char **space, size_t *size, char *scratch, size_t scratch_size);

/* `count` bytes have been written to `at`, which came from jg_capture_space. */
void jg_capture_add(struct jg_capture *capture, const char *at, size_t count);

/* How many bytes were left out between the head and the tail. */
uint64_t jg_capture_omitted(const struct jg_capture *capture);

/* The pieces of what is kept, in order: the head and the two parts of the ring; some may be empty. Valid until more is
** added. */
struct jg_capture_pieces {
    const char *text[3];
    size_t size[3];
};
struct jg_capture_pieces jg_capture_pieces(const struct jg_capture *capture);

/* What it keeps, not the structure. */
void jg_capture_free(struct jg_capture *capture);

#endif
