/*
** linkwork.h: what the files of a link know of each other.
*/
#ifndef JG_LINKWORK_H
#define JG_LINKWORK_H

#include "link.h"

/* Makes the reaper anew if it was ended. False: it couldn't be, or its job is just being ended. */
bool jg_link_ready(struct jg_link *link, struct jg_err *err);

/* Asks `outer` for a reaper inside of it, whose socket it gives, the caller's to close. READY is still to come. */
bool jg_link_request(struct jg_link *outer, bool isolate, int *socket, struct jg_err *err);

/* Ends the reaper's work, and frees the link, which is no job's and in no pool. */
void jg_link_free(struct jg_link *link);

/* Its watches' ready. */
void jg_link_on_socket(struct jg_watch *watch, uint32_t events);
void jg_link_on_death(struct jg_watch *watch, uint32_t events);

/* Opens a descriptor whose only use is that its number can be had later; unless it is open. False with errno. */
bool jg_link_reserve(struct jg_os_loop *loop, int *fd);

/* Closes it if it is open, and marks it closed. */
void jg_link_close_fd(int *fd);

#endif
