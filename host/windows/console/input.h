/*
** input.h: standard input, where it is a console.
*/
#ifndef JG_INPUT_H
#define JG_INPUT_H

#include <stdio.h>

/* The C library's functions; but standard input at a console is read as UTF-8. */
int jg_input_getc(FILE *file);
int jg_input_ungetc(int byte, FILE *file);
size_t jg_input_fread(void *data, size_t size, size_t count, FILE *file);
char *jg_input_fgets(char *text, int size, FILE *file);
int jg_input_feof(FILE *file);

#endif
