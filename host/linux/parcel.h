/*
** parcel.h: a command on its way from one process of ours to another: in the message itself, or if it is too long for
** that, in a memory file, the last of the descriptors.
*/
#ifndef JG_PARCEL_H
#define JG_PARCEL_H

#include "process/plan.h"
#include "reaper/reaper.h"

/* Fills `message` and *text, the caller's to free; NULL if it is in the descriptor that was added to `fds`, the
** caller's to close. False: errno says why, and there is nothing to free. The descriptors of its stdio aren't in it. */
bool jg_parcel_pack(const struct jg_os_command *command, struct jg_reaper_message *message, char **text,
                    struct jg_reaper_fds *fds);

/* What was packed, copied, the caller's to free; `text` came with the message. NULL with errno. */
struct jg_plan *jg_parcel_open(const struct jg_reaper_message *message, char *text, const struct jg_reaper_fds *fds);

#endif
