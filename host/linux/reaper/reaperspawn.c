/*
** reaperspawn.c: a reaper starts a process.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../linux.h"
#include "../parcel.h"
#include "../process/birth.h"
#include "../process/slot.h"
#include "reaperself.h"

static int launch(struct jg_reaper *reaper, const struct jg_reaper_message *message, const struct jg_reaper_fds *fds)
{
    struct jg_birth *birth = reaper->birth;
    bool has_cgroup = (message->flags & JG_REAPER_CGROUP) != 0, has_text = (message->flags & JG_REAPER_TEXT) != 0;
    bool has_terminal = (message->flags & JG_REAPER_TERMINAL) != 0;
    jg_birth_init(birth, reaper->isolated ? 0 : getpid());
    birth->leads = jg_linux.own_session; /* or it could end its reaper, and init, with its own group */
    if (fds->count != 3 + has_cgroup + has_terminal + has_text) {
        birth->stage = JG_BIRTH_SETUP;
        return -EMFILE;
    }
    for (int i = 0; i < 3; i++) {
        birth->from[i] = fds->at[i];
        if ((unsigned)fds->at[i] >= birth->low)
            birth->low = (unsigned)fds->at[i] + 1;
    }
    birth->plan = jg_parcel_open(message, reaper->text, fds);
    if (birth->plan == NULL)
        return -errno;
    int cgroup = has_cgroup ? fds->at[3] : -1;
    if (has_terminal)
        birth->terminal = fds->at[3 + has_cgroup];
    unsigned flags = CLONE_VFORK | ((message->flags & JG_REAPER_APART) != 0 ? 0 : CLONE_VM);
    return jg_birth_start(birth, reaper->stack, JG_SLOT_STACK, cgroup, flags, &reaper->legacy);
}

void jg_reaper_spawn(struct jg_reaper *reaper, const struct jg_reaper_message *message, struct jg_reaper_fds *fds)
{
    const struct jg_birth *birth = reaper->birth;
    struct jg_reaper_message answer = {.word = JG_REAPER_SPAWNED, .id = message->id};
    int pid = launch(reaper, message, fds);
    int pidfd = pid > 0 ? birth->pidfd : -1;
    free(birth->plan);
    jg_wire_close(fds);
    reaper->served++;
    if (pid < 0 || birth->error != 0) {
        answer.word = JG_REAPER_FAILED;
        answer.error = pid < 0 ? -pid : birth->error;
        answer.stage = pid < 0 ? JG_BIRTH_START : birth->stage;
        if (pid > 0) {
            siginfo_t info;
            while (waitid(P_PID, (id_t)pid, &info, WEXITED | __WALL) < 0 && errno == EINTR)
                continue;
            close(pidfd);
        }
        pidfd = -1;
    } else {
        answer.pid = pid;
        reaper->children++;
        reaper->recent[reaper->served % JG_REAPER_RECENT] = pid;
    }
    jg_outbox_send(&reaper->box, &answer, pidfd);
}
