/*
** snapshot_test.c: whose child a process is, by a snapshot that the system can't be asked to give.
*/
#include "../../../host/windows/process/snapshot.h"

#include "../../../host/windows/process/entry.h"
#include "../check.h"

/* Of a process that began at 20 as the child of number 4, which these have had since then. */
static int64_t parent_since(int64_t created)
{
    const struct jg_snapshot_entry other = {.pid = 4, .created = {.QuadPart = created}};
    const struct jg_snapshot_entry child = {.pid = 8, .parent = 4, .created = {.QuadPart = 20}};
    const struct jg_snapshot_entry *entries[] = {&other, &child};
    struct jg_seen seen;
    CHECK(jg_snapshot_find(&(struct jg_snapshot){.at = entries, .count = 2}, child.pid, &seen));
    return seen.parent;
}

/* Who has got the number of a parent that has ended is younger than the child. */
static void test_parents(void)
{
    CHECK(parent_since(19) == 4 && parent_since(20) == 4);
    CHECK(parent_since(21) == -1);
}

static void test_orphan(void)
{
    const struct jg_snapshot_entry *entries[] = {&(struct jg_snapshot_entry){.pid = 8, .parent = 4}};
    const struct jg_snapshot snapshot = {.at = entries, .count = 1};
    struct jg_seen seen;
    CHECK(jg_snapshot_find(&snapshot, 8, &seen) && seen.parent == -1);
    CHECK(!jg_snapshot_find(&snapshot, 4, &seen));
}

int main(void)
{
    test_parents();
    test_orphan();
    return check_result();
}
