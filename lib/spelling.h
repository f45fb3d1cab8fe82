// SPDX-License-Identifier: MIT
/* "did you mean": which known name a word was probably meant to be.  Pure. */
#ifndef LIB_SPELLING_H
#define LIB_SPELLING_H

#include <stddef.h>

#include "lib/bytes.h"

enum { SPELLING_MAX = 32 }; /* longer than any name; a longer word resembles none */

/* The name that takes the fewest letters to add, drop, change, or swap with the next, upper case of the word counting
 * as lower: one in a word of fewer than six letters (more, and any short word resembles another), else two.  name_at:
 * the names by index, at most
 * SPELLING_MAX letters each, NULL behind the last.  Of equally near ones the first.  NULL: none is near. */
const char *spelling_nearest(struct bytes word, const char *(*name_at)(size_t index));

#endif
