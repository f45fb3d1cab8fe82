// SPDX-License-Identifier: MIT
/* A configuration as JSON: effective values, named as in the file; for people and programs that check one. */
#ifndef LDIRECTORD_DAEMON_SHOW_CONFIG_H
#define LDIRECTORD_DAEMON_SHOW_CONFIG_H

#include <jansson.h>

#include "ldirectord/conf/config.h"
#include "lib/diag.h"

/* {"ok", "errors": [{"line", "column", "message"}], "warnings": [...], "config"}.
 * config: {"globals": {...}, "virtuals": [{..., "real": [...]}]}, passwd and secret as "***"; c NULL: no "config".
 * NULL without memory; else the caller's. */
json_t *lb_show_check(const struct lb_config *c, const struct diags *d);

#endif
