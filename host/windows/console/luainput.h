/*
** luainput.h: comes before everything else in each of Lua's own files, which then read by input.c.
*/
#ifndef JG_LUAINPUT_H
#define JG_LUAINPUT_H

#include "input.h"

#undef getc
#undef feof
#define getc jg_input_getc
#define ungetc jg_input_ungetc
#define fread jg_input_fread
#define fgets jg_input_fgets
#define feof jg_input_feof

#endif
