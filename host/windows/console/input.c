/*
** input.c: standard input, where it is a console.
**
** A console has UTF-16. What the C library reads there is in the console's code page for input, and if that is UTF-8,
** Windows 10 has zeros for all that isn't ASCII. So Lua's library reads by these functions: what ReadConsoleW returns,
** as UTF-8, with a newline for Return. Ctrl-Z at the beginning of a line ends the input, as everywhere on Windows; who
** reads on after that may.
*/
#include "input.h"

#include <io.h>
#include <string.h>

#include "../state.h"

enum { ROOM = 8192 /* characters; the console takes no more in one line */, UTF8 = 3 /* bytes of one, at most */ };
enum { CTRL_Z = 26, INTERRUPT_MS = 300 };

/* Lua's one thread reads it. */
static struct {
    char text[ROOM * UTF8];
    size_t length, at;  /* what there is, and what of it has been read */
    wchar_t half;       /* of a pair or of a line's end, whose other half is to be read; 0: none */
    bool within, ended; /* a line has begun; the input has ended */
} input;

static bool is_console(FILE *file)
{
    static enum { UNKNOWN, CONSOLE, OTHER } kind;
    if (kind == UNKNOWN)
        kind = jg_os_is_terminal(0) ? CONSOLE : OTHER;
    return kind == CONSOLE && file == stdin;
}

/* A Ctrl-C breaks the read off, maybe before it comes as an interrupt; a script must not take that for the end of the
** input. It doesn't come if this process was started to ignore it. */
static bool is_interrupted(LONG before)
{
    ULONGLONG deadline = GetTickCount64() + INTERRUPT_MS;
    while (jg_interrupts() == before && GetTickCount64() < deadline)
        Sleep(1);
    return jg_interrupts() != before;
}

/* Returns how many characters there are; 0: the input has ended, or the script is interrupted. */
static DWORD read_console(wchar_t *text, DWORD room)
{
    HANDLE console = (HANDLE)_get_osfhandle(0);
    for (;;) {
        DWORD count = 0;
        LONG before = jg_interrupts();
        SetLastError(ERROR_SUCCESS);
        if (!ReadConsoleW(console, text, room, &count, NULL))
            return 0;
        if (count > 0 || GetLastError() != ERROR_OPERATION_ABORTED || is_interrupted(before))
            return count;
    }
}

/* Keeps what can't be understood without what follows. */
static DWORD hold_back_half(const wchar_t *text, DWORD length)
{
    wchar_t last = text[length - 1];
    bool is_half = IS_HIGH_SURROGATE(last) || (last == L'\r' && length == ROOM);
    input.half = is_half ? last : L'\0';
    return length - is_half;
}

static void convert(wchar_t *text, DWORD length)
{
    DWORD used = 0;
    for (DWORD i = 0; i < length; i++)
        if (text[i] != L'\r' || i + 1 == length || text[i + 1] != L'\n')
            text[used++] = text[i];
    input.at = 0;
    input.length = (size_t)WideCharToMultiByte(CP_UTF8, 0, text, (int)used, input.text, sizeof input.text, NULL, NULL);
}

/* False: the input has ended. */
static bool fill(void)
{
    static wchar_t text[ROOM];
    input.at = input.length = 0;
    while (input.length == 0) {
        DWORD held = input.half != L'\0';
        text[0] = input.half;
        DWORD count = read_console(text + held, ROOM - held);
        input.ended = count == 0 || (!input.within && text[0] == CTRL_Z);
        if (input.ended) {
            input.half = L'\0';
            input.within = false;
            return false;
        }
        input.within = text[held + count - 1] != L'\n';
        convert(text, hold_back_half(text, held + count));
    }
    return true;
}

static bool has_more(void)
{
    return input.at < input.length || fill();
}

int jg_input_getc(FILE *file)
{
    if (!is_console(file))
        return getc(file);
    return has_more() ? (unsigned char)input.text[input.at++] : EOF;
}

/* Of what was read last. */
int jg_input_ungetc(int byte, FILE *file)
{
    if (!is_console(file))
        return ungetc(byte, file);
    if (byte == EOF || input.at == 0)
        return EOF;
    input.text[--input.at] = (char)byte;
    return byte;
}

size_t jg_input_fread(void *data, size_t size, size_t count, FILE *file)
{
    size_t done = 0;
    if (!is_console(file))
        return fread(data, size, count, file);
    while (done < size * count && has_more()) {
        size_t left = size * count - done, part = input.length - input.at;
        part = part < left ? part : left;
        memcpy((char *)data + done, input.text + input.at, part);
        input.at += part;
        done += part;
    }
    return size > 0 ? done / size : 0;
}

char *jg_input_fgets(char *text, int size, FILE *file)
{
    int used = 0, byte = EOF;
    if (!is_console(file))
        return fgets(text, size, file);
    while (used < size - 1 && byte != '\n' && (byte = jg_input_getc(file)) != EOF)
        text[used++] = (char)byte;
    text[used] = '\0';
    return used > 0 ? text : NULL;
}

int jg_input_feof(FILE *file)
{
    return is_console(file) ? input.ended : feof(file);
}
