/*
** slot.c: the places in which processes are born side by side.
**
** A new process has our memory and our descriptor table until its exec, and we go on meanwhile. So it
** gets a stack of its own, and copies of its descriptors at low numbers that nobody else uses: it then
** leaves with the lowest few only, however many we have.
*/
#define _GNU_SOURCE
#include "slot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../native.h"

enum { FIRST_DESCRIPTOR = 3, TABLE_SIZE = 65536, YIELDS = 300 };

/* What must be left for a script that starts one process after the other, isolated ones and with pipes for everything,
** and lists them: 28, and some of its own. */
enum { ROOM = 32 };

/*
** A descriptor table that is shared grows slowly: each doubling waits for all processors, 5 to 30 ms.
** So it grows once, now. The limit is raised as far as we may; children get the old one back.
*/
static void grow_table(struct jg_slots *slots)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    slots->fresh.limit = limit;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        slots->fresh.set_limit = setrlimit(RLIMIT_NOFILE, &limit) == 0;
        if (!slots->fresh.set_limit)
            limit = slots->fresh.limit;
    }
    int last = limit.rlim_cur < TABLE_SIZE ? (int)limit.rlim_cur - 1 : TABLE_SIZE - 1;
    int fd = fcntl(slots->placeholder, F_DUPFD_CLOEXEC, last);
    if (fd >= 0)
        close(fd);
}

/* Takes `count` descriptors, or fewer if there are no more; returns how many. */
static int take(const struct jg_slots *slots, int *descriptors, int count)
{
    int taken = 0;
    while (taken < count && (descriptors[taken] = fcntl(slots->placeholder, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR)) >= 0)
        taken++;
    return taken;
}

static void give_back(const int *descriptors, int count)
{
    for (int i = 0; i < count; i++)
        close(descriptors[i]);
}

static bool reserve(struct jg_slots *slots, struct jg_slot *slot)
{
    int taken = take(slots, slot->reserved, 3);
    if (taken < 3)
        give_back(slot->reserved, taken);
    return taken == 3;
}

static bool has_room(const struct jg_slots *slots)
{
    int descriptors[ROOM];
    int taken = take(slots, descriptors, ROOM);
    give_back(descriptors, taken);
    return taken == ROOM;
}

/* As many slots as leave enough for the script: where only few descriptors may be open, fewer at a time, then. False
** if there isn't even one: errno says why. */
static bool reserve_all(struct jg_slots *slots)
{
    while (slots->count < JG_SLOTS && reserve(slots, &slots->slot[slots->count]))
        slots->count++;
    while (slots->count > 0 && !has_room(slots))
        give_back(slots->slot[--slots->count].reserved, 3);
    for (int i = 0; i < slots->count; i++)
        for (int j = 0; j < 3; j++)
            if ((unsigned)slots->slot[i].reserved[j] >= slots->fresh.low)
                slots->fresh.low = (unsigned)slots->slot[i].reserved[j] + 1;
    return slots->count > 0;
}

bool jg_slots_open(struct jg_slots *slots, pid_t self, struct jg_err *err)
{
    jg_birth_init(&slots->fresh, jg_birth_dies_with_parent() ? self : 0);
    slots->placeholder = eventfd(0, EFD_CLOEXEC);
    if (slots->placeholder < 0)
        return jg_err_set(err, errno, "cannot reserve descriptors");
    grow_table(slots);
    slots->slot = calloc(JG_SLOTS, sizeof *slots->slot);
    slots->stacks =
        mmap(NULL, JG_SLOTS * JG_SLOT_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (slots->slot == NULL || slots->stacks == MAP_FAILED)
        return jg_err_set(err, ENOMEM, "cannot reserve stacks");
    for (int i = 0; i < JG_SLOTS; i++)
        slots->slot[i].stack = slots->stacks + i * JG_SLOT_STACK;
    if (!reserve_all(slots))
        return jg_err_set(err, errno == EMFILE ? JG_NATIVE_FEW_DESCRIPTORS : errno, "cannot reserve descriptors");
    return true;
}

void jg_slots_close(struct jg_slots *slots)
{
    for (int i = 0; i < slots->count; i++)
        give_back(slots->slot[i].reserved, 3);
    if (slots->stacks != NULL && slots->stacks != MAP_FAILED)
        munmap(slots->stacks, JG_SLOTS * JG_SLOT_STACK);
    if (slots->placeholder > 0)
        close(slots->placeholder);
    if (slots->fresh.set_limit)
        setrlimit(RLIMIT_NOFILE, &slots->fresh.limit);
    free(slots->slot);
}

struct jg_slot *jg_slot_free(struct jg_slots *slots)
{
    for (int i = 0; i < slots->count; i++) {
        struct jg_slot *slot = &slots->slot[i];
        if (slot->process == NULL) {
            slot->birth = slots->fresh;
            slot->number = slots->number++;
            return slot;
        }
    }
    return NULL;
}

static bool stage_one(struct jg_slot *slot, const int *stdio, int i)
{
    for (int j = 0; j < i; j++)
        if (stdio[j] == stdio[i] && slot->staged[j]) {
            slot->birth.from[i] = slot->birth.from[j];
            return true;
        }
    if (dup3(stdio[i], slot->reserved[i], O_CLOEXEC) < 0)
        return false;
    slot->staged[i] = true;
    slot->birth.from[i] = slot->reserved[i];
    return true;
}

bool jg_slot_stage(struct jg_slots *slots, struct jg_slot *slot, const int *stdio, struct jg_err *err)
{
    for (int i = 0; i < 3; i++)
        if (stdio[i] != JG_STDIO_INHERIT && stdio[i] != i && !stage_one(slot, stdio, i)) {
            jg_err_set(err, errno, "cannot pass on a descriptor");
            jg_slot_clear(slots, slot);
            return false;
        }
    return true;
}

void jg_slot_clear(struct jg_slots *slots, struct jg_slot *slot)
{
    for (int i = 0; i < 3; i++)
        if (slot->staged[i]) {
            dup3(slots->placeholder, slot->reserved[i], O_CLOEXEC);
            slot->staged[i] = false;
        }
    free(slot->birth.plan);
    slot->birth.plan = NULL;
}

bool jg_slot_done(const struct jg_slot *slot)
{
    return __atomic_load_n(&slot->birth.tid, __ATOMIC_ACQUIRE) == 0;
}

void jg_slot_wait(struct jg_slot *slot, long nanoseconds)
{
    struct timespec timeout = {.tv_sec = 0, .tv_nsec = nanoseconds};
    /* An exec takes less time than falling asleep and being woken. */
    for (int i = 0; i < YIELDS && !jg_slot_done(slot); i++)
        sched_yield();
    uint32_t tid = __atomic_load_n(&slot->birth.tid, __ATOMIC_ACQUIRE);
    if (tid != 0) /* not FUTEX_PRIVATE: it is the kernel that clears and wakes */
        syscall(SYS_futex, &slot->birth.tid, FUTEX_WAIT, tid, &timeout, NULL, 0);
}

struct jg_slot *jg_slot_oldest(struct jg_slots *slots)
{
    struct jg_slot *oldest = NULL;
    for (int i = 0; i < slots->count; i++) {
        struct jg_slot *slot = &slots->slot[i];
        if (slot->process != NULL && (oldest == NULL || slot->number < oldest->number))
            oldest = slot;
    }
    return oldest;
}
