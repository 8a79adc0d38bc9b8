/*
** console.h: the line editor's two halves: console.c, on the loop's side, and in a thread consoleedit.c, consolekeys.c
** and consolescreen.c.
*/
#ifndef JG_LINUX_CONSOLE_H
#define JG_LINUX_CONSOLE_H

#include <histedit.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <uv.h>

#include "../../os.h"
#include "past.h"

struct jg_os_console {
    uv_async_t posted; /* a line is finished; referenced only while one is asked for */
    uv_signal_t resumed, resized;
    int uv_handles; /* not closed yet */
    jg_os_console_line_fn *deliver;
    void *owner;

    uv_thread_t thread;
    int wake; /* eventfd: the thread is to look at the flags */
    uv_mutex_t mutex;
    uv_cond_t changed;                                        /* who is waited for has set its flag */
    bool asked, cancelled, closing, was_resumed, was_resized; /* the loop tells the thread */
    bool hiding;                                              /* the same: the line isn't to be on the screen */
    bool begun;                                               /* and: what has been printed is no whole line */
    bool finished, hidden;                                    /* the thread tells the loop */
    char *prompt, *line;

    /* the thread's own while it runs */
    EditLine *editor;
    struct jg_past *past;
    int input;
    FILE *output;
    locale_t locale;
};

/* Makes the editor, for the terminal that is standard input and output. False: why, in `err`; what is there of it is
** for jg_console_editor_close. */
bool jg_console_editor_open(struct jg_os_console *console, const char *history_file, struct jg_err *err);

/* Frees it, once its thread has ended or if there never was one. */
void jg_console_editor_close(struct jg_os_console *console);

/* libedit's way to get a key: waits for it, and does what the loop wants meanwhile. */
int jg_console_read_key(EditLine *editor, wchar_t *key);

/* The last line of the prompt, which the line that is being typed follows; a part of it. */
char *jg_console_prompt_line(const struct jg_os_console *console);

/* Takes the line off the screen; and shows it again, below what has been printed, of which the last line may have only
** begun. */
void jg_console_line_hide(struct jg_os_console *console);
void jg_console_line_show(struct jg_os_console *console, bool begun);

/* The terminal has another size: draws the line anew. */
void jg_console_line_resize(struct jg_os_console *console);

/* Starts the thread that reads lines when they are asked for. Returns libuv's code. */
int jg_console_thread_start(struct jg_os_console *console);

#endif
