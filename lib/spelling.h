// SPDX-License-Identifier: MIT
/* "did you mean": the known name that is nearest to a misspelt one.  Pure. */
#ifndef LIB_SPELLING_H
#define LIB_SPELLING_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SPELLING_MAX = 32 }; /* longer than any name; a longer word resembles none */

/* The name with the smallest distance to word.  The distance is the number of letters to add, drop, change, or swap
 * with the next; upper case in word counts as lower case.  The largest distance is one for a word of fewer than six
 * letters (with two, most short words resemble each other), and two for a longer word.  Of equally near names the first
 * wins.
 * name_at: the names by index, at most SPELLING_MAX letters each, NULL after the last.  NULL: no name is near. */
const char *spelling_nearest(struct bytes word, const char *(*name_at)(size_t index));

#endif
