// SPDX-License-Identifier: MIT
/* The pattern of receive: a Perl-compatible expression (PCRE2) that is searched anywhere in the bytes of a server.  The
 * time and memory of a search are limited for every input. */
#ifndef LDIRECTORD_CHECK_PATTERN_H
#define LDIRECTORD_CHECK_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* The text for PATTERN_TOO_MUCH. */
#define PATTERN_TOO_MUCH_WHY "receive needs more than the 150 ms, or the memory, that a search may take"

enum pattern_found { PATTERN_NO, PATTERN_YES, PATTERN_TOO_MUCH };

/* Returns NULL when text is not a valid expression; why (cap) has the reason.  An empty text matches everything. */
struct pattern *pattern_new(const char *text, char *why, size_t cap);
void pattern_free(struct pattern *p); /* NULL is fine */
enum pattern_found pattern_search(const struct pattern *p, const char *text, size_t len);

#endif
