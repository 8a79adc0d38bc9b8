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

enum { FIRST_DESCRIPTOR = 3, TABLE_SIZE = 65536, YIELDS = 300 };

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

static bool reserve(struct jg_slots *slots, struct jg_slot *slot)
{
    for (int i = 0; i < 3; i++) {
        int fd = slot->reserved[i] = fcntl(slots->placeholder, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR);
        if (fd < 0)
            return false;
        if ((unsigned)fd >= slots->fresh.low)
            slots->fresh.low = (unsigned)fd + 1;
    }
    return true;
}

static void unreserve(struct jg_slot *slot)
{
    for (int i = 0; i < 3; i++)
        if (slot->reserved[i] >= 0)
            close(slot->reserved[i]);
}

bool jg_slots_open(struct jg_slots *slots, pid_t self, struct jg_err *err)
{
    jg_birth_init(&slots->fresh, jg_birth_dies_with_parent() ? self : 0);
    slots->placeholder = eventfd(0, EFD_CLOEXEC);
    if (slots->placeholder < 0)
        return jg_err_set(err, errno, "cannot reserve descriptors");
    slots->slot = calloc(JG_SLOTS, sizeof *slots->slot);
    char *stacks =
        mmap(NULL, JG_SLOTS * JG_SLOT_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (slots->slot == NULL || stacks == MAP_FAILED)
        return jg_err_set(err, ENOMEM, "cannot reserve stacks");
    for (int i = 0; i < JG_SLOTS; i++) {
        struct jg_slot *slot = &slots->slot[i];
        slot->stack = stacks + i * JG_SLOT_STACK;
        memset(slot->reserved, -1, sizeof slot->reserved);
        if (!reserve(slots, slot)) {
            int error = errno;
            unreserve(slot);
            if (i == 0)
                return jg_err_set(err, error, "cannot reserve descriptors");
            break; /* fewer at a time, then */
        }
        slots->count = i + 1;
    }
    grow_table(slots);
    return true;
}

void jg_slots_close(struct jg_slots *slots)
{
    for (int i = 0; i < slots->count; i++)
        unreserve(&slots->slot[i]);
    if (slots->count > 0)
        munmap(slots->slot[0].stack, JG_SLOTS * JG_SLOT_STACK);
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
