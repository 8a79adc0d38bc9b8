/*
** nearest.h: which of the names did the user mean?
*/
#ifndef JG_NEAREST_H
#define JG_NEAREST_H

#include <stddef.h>

/* The one of the `count` names that is nearest to `word` by edit distance, or NULL if none is near. */
const char *jg_nearest(const char *word, const char *const *names, size_t count);

#endif
