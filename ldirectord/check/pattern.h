// SPDX-License-Identifier: MIT
/* receive: a Perl-compatible expression (PCRE2) that is searched anywhere in the bytes of a server.  The time and
 * memory of a search are bounded for every input. */
#ifndef LDIRECTORD_CHECK_PATTERN_H
#define LDIRECTORD_CHECK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* The words for PATTERN_TOO_MUCH. */
#define PATTERN_TOO_MUCH_WHY "receive needs more than the 150 ms, or the memory, that a search may take"

enum pattern_found { PATTERN_NO, PATTERN_YES, PATTERN_TOO_MUCH };

/* NULL: text is not a valid expression, and why (cap) is the reason.  An empty text matches everything. */
struct pattern *pattern_new(const char *text, char *why, size_t cap);
void pattern_free(struct pattern *p); /* NULL is fine */
enum pattern_found pattern_search(const struct pattern *p, const char *text, size_t len);

#endif
