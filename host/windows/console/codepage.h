/*
** codepage.h: what a console takes the bytes for that are written to it.
*/
#ifndef JG_CODEPAGE_H
#define JG_CODEPAGE_H

/* In the guard, once: takes our console, if there is one. In a harness that has one of its own: takes that. */
void jg_codepage_open(void);

/* What we write to the console is taken for UTF-8 from now on. */
void jg_codepage_take(void);

/* It is as it was before, unless others of ours are still at this console: then the last of them sees to it. Somebody
** else's doing isn't undone. Whoever hasn't taken it has nothing to give back. */
void jg_codepage_give_back(void);

#endif
