// SPDX-License-Identifier: MIT
/* What the tests of ldirectord's conf share: a parser that resolves a fixed list of names. */
#ifndef TESTS_UNIT_LDIRECTORD_PARSE_H
#define TESTS_UNIT_LDIRECTORD_PARSE_H

#include "ldirectord/conf/config.h"

/* Parse the text as file "ld.cf", check the paths in it, and set the host name lvsdir.  Returns NULL after an error of
 * the parser.  The caller calls diags_free(d). */
struct lb_config *parse_bytes(const char *text, size_t len, bool strict, struct diags *d);
/* Parse and compare: expected has all messages, a line each. */
struct lb_config *parse_mode(const char *text, bool strict, const char *expected);
struct lb_config *parse_lines(const char *text, const char *expected); /* not strict */
bool has_line(const struct diags *d, enum diag_severity severity, unsigned line);

#endif
