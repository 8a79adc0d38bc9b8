/*
** messages.h: what the system has to say of jobs, through one completion port.
*/
#ifndef JG_MESSAGES_H
#define JG_MESSAGES_H

#include "loop.h"

/* Makes the port and the thread. False: jg_messages_close closes what is there of them. */
bool jg_messages_open(struct jg_os_loop *loop, struct jg_err *err);

/* Ends the thread, after everything that is on its way, and closes both. */
void jg_messages_close(struct jg_os_loop *loop);

/* Has the job's event posted whenever the job becomes empty. */
bool jg_messages_follow(struct jg_os_loop *loop, struct jg_os_job *job, struct jg_err *err);

/* Has nothing more said of the job. What has been said may still be on its way. */
void jg_messages_stop(struct jg_os_job *job);

/* Frees the job, whose handle is closed, when the last message about it has passed: in the loop's thread. Without
** memory for that message it is never freed. */
void jg_messages_free(struct jg_os_loop *loop, struct jg_os_job *job);

#endif
