/*
** native.h: refusals of ours that Windows has no error code for.
**
** Bit 29 marks a code as an application's own: no GetLastError of the system's has it.
*/
#ifndef JG_NATIVE_H
#define JG_NATIVE_H

#include "../err.h"

/* code, its kind, its text */
#define JG_NATIVES(X) \
    X(BATCH_FILE, NOT_EXECUTABLE, \
      "A batch file is run by cmd.exe, which takes arguments apart by rules of its own and may run what is in them; " \
      "say so by starting cmd.exe with /d /c") \
    X(IS_FROZEN, INVALID, "Nothing can be started in it until it is thawed") \
    X(ENDED, GONE, "The process has ended") \
    X(NO_SUCH_PROCESS, GONE, "There is no such process") \
    X(NO_SUCH_SIGNAL, INVALID, "There is no signal of that name") \
    X(SIGNAL_UNSUPPORTED, NOT_SUPPORTED, "Windows has no such signal, only term, int and kill") \
    X(NOT_ITS_STARTER, NOT_SUPPORTED, \
      "Only a process that was started by this one can be sent that, any can be killed") \
    X(NO_CONSOLE, NOT_SUPPORTED, "It is sent through a console, and there is none that this process shares with it") \
    X(NO_ISOLATION, NOT_SUPPORTED, "Windows has no process numbers of a job's own") \
    X(QUOTE_IN_NAME, INVALID, "The name of a program can't have a quotation mark in it") \
    X(LONG_COMMAND, TOO_LONG, "The command line would be longer than 32,766 characters") \
    X(LIMIT_IGNORED, NOT_SUPPORTED, "This system doesn't keep such a limit") \
    X(NO_FREEZING, NOT_SUPPORTED, "This system can't suspend processes") \
    X(NO_HOLDERS, NOT_SUPPORTED, "Windows doesn't tell what another process has open without waiting for it") \
    X(NO_PSEUDOCONSOLE, NOT_SUPPORTED, \
      "This system has no pseudoconsoles; Windows 10, version 1809, is the first that has") \
    X(OWN_TERMINAL, NOT_SUPPORTED, "It has a terminal of its own, where Ctrl-C can be typed") \
    X(LONG_FOLDER, TOO_LONG, "Windows starts nothing in a folder whose path is longer than 258 characters") \
    X(LONG_OWN_COMMAND, TOO_LONG, \
      "The command line is too long: jghost's own may have 32,732 characters, since the harness gets some more") \
    X(NEVER_QUIET, OTHER, "Its processes start others faster than they can be suspended") \
    X(NEVER_ENDS, OTHER, "Windows hasn't ended all of its processes after half a minute") \
    X(NO_MORE_PROCESSES, NO_PROCESSES, \
      "The limit of processes of a job that it would be in has been reached, or else a quota of its user's") \
    X(NOT_THE_HARNESS, DENIED, "Somebody else listens there in the harness's place")

enum jg_native {
    JG_NATIVE_FIRST = 0x20000000,
#define JG_NATIVE_ENUM(code, kind, text) JG_NATIVE_##code,
    JG_NATIVES(JG_NATIVE_ENUM)
#undef JG_NATIVE_ENUM
};

#endif
