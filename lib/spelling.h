// SPDX-License-Identifier: MIT
/* Finds the known name that is most similar to a misspelt word, for "did you mean".  Pure. */
#ifndef LIB_SPELLING_H
#define LIB_SPELLING_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SPELLING_MAX = 32 }; /* longer than any name; a longer word is similar to none */

/* Returns the name with the smallest distance to word, or NULL when no name is near enough.  The distance is the number
 * of letters to add, drop, change, or swap with the next one; upper case in word counts as lower case.  The largest
 * accepted distance is one for a word of fewer than six letters (with two, most short words would be similar), and two
 * for a longer word.  Of equally near names the first one is returned.
 * name_at: returns the names by index, at most SPELLING_MAX letters each, and NULL after the last one. */
const char *spelling_nearest(struct bytes word, const char *(*name_at)(size_t index));

#endif
