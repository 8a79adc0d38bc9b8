/*
** pause.c: a program without a C library that does nothing for ever.
*/
#include <windows.h>

void begin(void);

void begin(void)
{
    Sleep(INFINITE);
}
