// SPDX-License-Identifier: MIT
/* Builds the environment of scripts and hooks.  Nothing is inherited, and all values are printable.
 * doc/resources.md 5; doc/security.md 4. */
#ifndef HEARTBEAT_EXEC_ENVIRONMENT_H
#define HEARTBEAT_EXEC_ENVIRONMENT_H

#include "heartbeat/conf/ha_cf.h"

enum { ENVIRONMENT_VALUE_MAX = 1024 }; /* bytes of one value; the rest is cut */

/* Build "NAME=VALUE" strings, NULL-terminated, in this order: the fixed names, HA_<parameter> for each parameter of
 * ha.cf, HA_<NAME> for each env line, and extra ("HA_x=y", NULL-terminated, may be NULL).  If a name comes again, the
 * first value stays: for example, an env line cannot replace a fixed name.  Names are HA_[A-Za-z0-9_]+; other names are
 * left out.
 * Free with g_strfreev. */
char **environment_build(const struct ha_cf *conf, const char *node, const char *const *extra);

#endif
