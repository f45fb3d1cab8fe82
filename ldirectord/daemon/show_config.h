// SPDX-License-Identifier: MIT
/* Formats a configuration as JSON: effective values, with the names of the file; for people and for programs that check
 * a configuration. */
#ifndef LDIRECTORD_DAEMON_SHOW_CONFIG_H
#define LDIRECTORD_DAEMON_SHOW_CONFIG_H

#include <jansson.h>

#include "ldirectord/conf/config.h"
#include "lib/diag.h"

/* Returns {"ok", "errors": [{"line", "column", "message"}], "warnings": [...], "config"}.
 * config: {"globals": {...}, "virtuals": [{..., "real": [...]}]}, with passwd and secret as "***"; no "config" when c
 * is NULL.
 * The caller owns the result.  NULL without memory. */
json_t *lb_show_check(const struct lb_config *c, const struct diags *d);

#endif
