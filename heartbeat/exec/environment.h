// SPDX-License-Identifier: MIT
/* The environment of scripts and hooks: built from a list, never inherited, printable values only.
 * doc/resources.md 5; doc/security.md 4. */
#ifndef HEARTBEAT_EXEC_ENVIRONMENT_H
#define HEARTBEAT_EXEC_ENVIRONMENT_H

#include "heartbeat/conf/ha_cf.h"

enum { ENVIRONMENT_VALUE_MAX = 1024 }; /* bytes of one value; the rest is cut */

/* Build "NAME=VALUE" strings, NULL-terminated: the fixed ones, HA_<parameter> for every parameter of ha.cf, HA_<NAME>
 * for its env lines, then extra ("HA_x=y", NULL-terminated, may be NULL).  A name is set once: a fixed name cannot be
 * replaced by a parameter, nor a parameter by an env line, nor an env line by extra.  Names are HA_[A-Za-z0-9_]+; other
 * names are left out.
 * Free with g_strfreev. */
char **environment_build(const struct ha_cf *conf, const char *node, const char *const *extra);

#endif
