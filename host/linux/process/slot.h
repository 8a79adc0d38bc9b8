/*
** slot.h: the places in which processes are born side by side.
*/
#ifndef JG_SLOT_H
#define JG_SLOT_H

#include "birth.h"

enum { JG_SLOTS = 8, JG_SLOT_STACK = 16384 };

struct jg_os_process;

struct jg_slot {
    struct jg_birth birth;
    struct jg_os_process *process; /* NULL: the slot is free */
    uint64_t number;               /* the higher, the younger */
    int reserved[3];               /* low descriptors for what will be its 0, 1 and 2 */
    bool staged[3];
    char *stack;
};

struct jg_slots {
    struct jg_slot *slot;
    char *stacks;
    int count, busy;
    uint64_t number;
    int placeholder; /* what the reserved descriptors hold meanwhile */
    bool legacy;
    struct jg_birth fresh; /* what is the same for every birth */
};

/* Raises the limit of descriptors, makes room for them, reserves low ones: fewer where the limit is low, and so that
** enough are left for a script. NO_DESCRIPTORS: they aren't. To be closed after a failure, too. */
bool jg_slots_open(struct jg_slots *slots, pid_t self, struct jg_err *err);
void jg_slots_close(struct jg_slots *slots);

/* A free slot with a fresh birth, or NULL. */
struct jg_slot *jg_slot_free(struct jg_slots *slots);

/* Puts copies of stdio where the new process finds them; the slot has its plan by then. False: the slot is cleared. */
bool jg_slot_stage(struct jg_slots *slots, struct jg_slot *slot, const int *stdio, struct jg_err *err);

/* Frees what was staged, and the plan. */
void jg_slot_clear(struct jg_slots *slots, struct jg_slot *slot);

/* Has its process left our memory? */
bool jg_slot_done(const struct jg_slot *slot);

/* Waits at most `nanoseconds` until it has. */
void jg_slot_wait(struct jg_slot *slot, long nanoseconds);

/* The slot that was filled first among the busy ones; NULL if none is busy. */
struct jg_slot *jg_slot_oldest(struct jg_slots *slots);

#endif
