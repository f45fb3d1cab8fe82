// SPDX-License-Identifier: MIT
/* receive: a Perl expression over bytes of a server (PCRE2), unanchored.  What a search may cost is bounded, whatever
 * the bytes. */
#ifndef LDIRECTORD_CHECK_PATTERN_H
#define LDIRECTORD_CHECK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

enum pattern_found { PATTERN_NO, PATTERN_YES, PATTERN_TOO_MUCH };

/* NULL: it is no expression, why (cap) says what is wrong.  An empty text is an expression that everything matches. */
struct pattern *pattern_new(const char *text, char *why, size_t cap);
void pattern_free(struct pattern *p); /* NULL is fine */
enum pattern_found pattern_search(const struct pattern *p, const char *text, size_t len);

#endif
