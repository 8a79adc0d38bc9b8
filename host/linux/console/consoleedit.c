/*
** consoleedit.c: the line editor's thread, in which libedit runs.
**
** Its blocking el_gets is used, since its callback mode has redraw faults; that is why it has a thread. A
** line is given up by typing its end in the user's stead, so that libedit leaves the terminal as it does
** after any line.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "console.h"

/* ---- reading a line ---- */

char *jg_console_prompt_line(const struct jg_os_console *console)
{
    char *end = strrchr(console->prompt, '\n');
    return end == NULL ? console->prompt : end + 1;
}

static char *get_prompt(EditLine *editor)
{
    struct jg_os_console *console;
    el_get(editor, EL_CLIENTDATA, &console);
    return jg_console_prompt_line(console);
}

/* The lines of a prompt but the last: to libedit a newline is nothing. */
static void show_prompt_lines(const struct jg_os_console *console)
{
    fwrite(console->prompt, 1, (size_t)(jg_console_prompt_line(console) - console->prompt), console->output);
    fflush(console->output);
}

/* False: the console is being closed. */
static bool wait_until_asked(struct jg_os_console *console)
{
    for (;;) {
        eventfd_t ignored;
        uv_mutex_lock(&console->mutex);
        bool asked = console->asked && !console->finished, closing = console->closing;
        uv_mutex_unlock(&console->mutex);
        if (closing)
            return false;
        if (asked)
            return true;
        eventfd_read(console->wake, &ignored);
    }
}

static void post(struct jg_os_console *console, const char *typed)
{
    char *line = typed == NULL ? NULL : strdup(typed);
    if (line != NULL)
        line[strcspn(line, "\n")] = '\0';
    uv_mutex_lock(&console->mutex);
    bool given_up = console->closing || console->cancelled;
    uv_mutex_unlock(&console->mutex);
    if (line != NULL && !given_up)
        jg_past_add(console->past, line);
    uv_mutex_lock(&console->mutex);
    console->line = line;
    console->finished = true;
    uv_cond_broadcast(&console->changed);
    uv_mutex_unlock(&console->mutex);
    uv_async_send(&console->posted);
}

static void thread_main(void *argument)
{
    struct jg_os_console *console = argument;
    uselocale(console->locale);
    while (wait_until_asked(console)) {
        int length;
        if (mbstowcs(NULL, console->prompt, 0) == (size_t)-1) /* libedit would crash */
            strcpy(console->prompt, "");
        show_prompt_lines(console);
        /* libedit would show the prompt first: a Ctrl-D that answers it at once was an end of input to nobody */
        el_set(console->editor, EL_PREP_TERM, 1);
        post(console, el_gets(console->editor, &length));
    }
    uselocale(LC_GLOBAL_LOCALE);
}

/* No signal is for this thread, but those that stop whoever uses the terminal from the background. */
int jg_console_thread_start(struct jg_os_console *console)
{
    sigset_t set, old;
    sigfillset(&set);
    sigdelset(&set, SIGTTIN);
    sigdelset(&set, SIGTTOU);
    pthread_sigmask(SIG_SETMASK, &set, &old);
    int code = uv_thread_create(&console->thread, thread_main, console);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return code;
}

/* ---- the editor ---- */

static void configure(EditLine *editor, struct jg_os_console *console)
{
    static const char *const keys[][2] = {
        {"\\t", "ed-insert"},         {"\\e[1~", "ed-move-to-beg"},      {"\\e[4~", "ed-move-to-end"},
        {"\\e[7~", "ed-move-to-beg"}, {"\\e[8~", "ed-move-to-end"},      {"\\eOH", "ed-move-to-beg"},
        {"\\eOF", "ed-move-to-end"},  {"\\e[3~", "ed-delete-next-char"}, {"\\e[1;5C", "em-next-word"},
        {"\\e[1;5D", "ed-prev-word"},
    };
    el_set(editor, EL_CLIENTDATA, console);
    el_set(editor, EL_PROMPT, get_prompt);
    el_set(editor, EL_EDITOR, "emacs");
    el_set(editor, EL_SIGNAL, 0);
    el_set(editor, EL_GETCFN, jg_console_read_key);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        el_set(editor, EL_BIND, keys[i][0], keys[i][1], NULL);
    /* Ctrl-\ would end guard and harness at once, and leave the terminal in the editor's mode */
    el_set(editor, EL_SETTY, "-d", "quit=", NULL);
    el_set(editor, EL_HIST, history, jg_past_of_editor(console->past));
}

/*
** While we are stopped, the shell may read what poll has told us of: then our read must not wait for more, where nobody
** could wake us. That takes an open terminal of our own: whether reads wait is a matter of all who share one.
*/
static void open_input(struct jg_os_console *console)
{
    console->input = -1;
    if (tcgetsid(STDIN_FILENO) != -1) /* it is the one that controls us */
        console->input = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (console->input == -1)
        console->input = STDIN_FILENO;
}

static bool open_output(struct jg_os_console *console, struct jg_err *err)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd != -1)
        console->output = fdopen(fd, "w");
    if (console->output == NULL) {
        int code = errno;
        if (fd != -1)
            close(fd);
        return jg_err_set(err, code, "cannot write to the terminal");
    }
    return true;
}

/* The editor takes what it reads for text in the locale of who makes and who runs it; the script's
** own locale is none of its business. */
bool jg_console_editor_open(struct jg_os_console *console, const char *history_file, struct jg_err *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return jg_err_set(err, errno, "cannot edit lines without a terminal");
    console->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
    if (console->locale == NULL)
        console->locale = newlocale(LC_CTYPE_MASK, "", NULL);
    if (console->locale == NULL)
        return jg_err_set(err, errno, "cannot set up the line editor");
    if (!open_output(console, err))
        return false;
    open_input(console);
    locale_t previous = uselocale(console->locale);
    console->past = jg_past_open(history_file);
    if (console->past != NULL)
        console->editor =
            el_init_fd("jghost", stdin, console->output, stderr, STDIN_FILENO, fileno(console->output), STDERR_FILENO);
    if (console->editor != NULL)
        configure(console->editor, console);
    uselocale(previous);
    if (console->editor == NULL)
        return jg_err_set(err, ENOMEM, "cannot set up the line editor");
    return true;
}

void jg_console_editor_close(struct jg_os_console *console)
{
    if (console->editor != NULL)
        el_end(console->editor);
    jg_past_close(console->past);
    if (console->output != NULL)
        fclose(console->output);
    if (console->input > STDERR_FILENO)
        close(console->input);
    if (console->locale != NULL)
        freelocale(console->locale);
}
