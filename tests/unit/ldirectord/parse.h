// SPDX-License-Identifier: MIT
/* What the tests of ldirectord's conf share: a parse in a world of names that never changes. */
#ifndef TESTS_UNIT_LDIRECTORD_PARSE_H
#define TESTS_UNIT_LDIRECTORD_PARSE_H

#include "ldirectord/conf/config.h"

/* Parse as "ld.cf", look at its paths, name the host lvsdir.  NULL: an error of the parser.  diags_free(d) is the
 * caller's. */
struct lb_config *parse_bytes(const char *text, size_t len, bool strict, struct diags *d);
bool has_line(const struct diags *d, enum diag_severity severity, unsigned line);

#endif
