/*
** start.h: what guard and harness hand each other at the start-up.
*/
#ifndef JG_LINUX_START_H
#define JG_LINUX_START_H

#include <signal.h>

#include "../linux.h"

struct jg_os_start {
    enum jg_level level;
    int guard; /* pidfd of the guard: readable once it has ended. It works across pid namespaces */
    int event; /* eventfd: readable once the harness is in the job; after that, see orders.h */
    int asks;  /* the harness's end of the socket of retreat.h */
    uid_t user;
    gid_t group;
};

/* The signals that the guard passes on; those that were ignored at our start (nohup) aren't in it. */
void jg_forwarded_signals(sigset_t *set);

/* Is the process behind this pidfd gone? */
bool jg_pidfd_ended(int pidfd);

/* The terminal is gone, and nobody has told us: as if a SIGHUP had come. Nothing, if that is ignored. */
void jg_interrupt_hung_up(void);

/* Keeps the terminal's modes in mind, and puts them back: a harness killed at its prompt can't. */
void jg_terminal_save(void);
void jg_terminal_restore(void);

/* A signalfd for init, made while a refusal can still be told, the caller's to close; -1 with errno. */
int jg_init_signals(void);

/*
** Becomes init: waits for the harness `harness`, reaps what is reparented here, serves requests for
** job reapers. Never returns: ends with the harness, as soon as the guard has ended, or when
** the guard orders it.
*/
_Noreturn void jg_init_main(const struct jg_os_start *start, pid_t harness, int signals, int harness_socket);

#endif
