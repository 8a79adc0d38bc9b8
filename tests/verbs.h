/*
** verbs.h: the verbs of the test child, in tables: each file of them has one.
*/
#ifndef CHILD_VERBS_H
#define CHILD_VERBS_H

/* How many words a verb takes: all that follow, all that follow and they are verbs, or the verbs until its -- */
enum { REST = -1, VERBS_ON = -2, BLOCK_OF_VERBS = -3 };

struct verb {
    const char *name;
    int takes;
    int lasts; /* a parent that waits for this process to stand is told so before */
    const char *words;
    const char *help;
    int (*run)(char **words); /* 0, or an errno */
};

/* Ended by one without a name. */
extern const struct verb child_verbs_self[];     /* verbs_self.c: what it does with itself */
extern const struct verb child_verbs_streams[];  /* verbs_streams.c: what it says and hears */
extern const struct verb child_verbs_others[];   /* verbs_others.c: the processes around it */
extern const struct verb child_verbs_born[];     /* verbs_born.c: what it was born with */
extern const struct verb child_verbs_terminal[]; /* verbs_terminal.c: its terminal */

extern const char *child_name; /* argv[0] */

/* Words that must be numbers: the child exits if they aren't. */
unsigned long long child_number(const char *word); /* a whole one; K, M and G are powers of 1024 */
double child_seconds(const char *word);

#endif
