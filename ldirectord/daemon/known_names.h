// SPDX-License-Identifier: MIT
/* The names of the configuration in use, with their addresses: when a name cannot be resolved while the file is read
 * again, its last address is used.  This is a copy, so that the thread of a reload may use it.
 * doc/ldirectord.md 3: "the old address stays, with a warning" */
#ifndef LDIRECTORD_DAEMON_KNOWN_NAMES_H
#define LDIRECTORD_DAEMON_KNOWN_NAMES_H

#include "ldirectord/conf/config.h"

struct known_names;

struct known_names *known_names_of(const struct lb_config *config);
void known_names_free(struct known_names *k);
/* A function of type lb_resolve; context is the struct.  Returns the address that the system resolves, or else the last
 * address. */
bool known_names_resolve(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why);
/* Warn about each name of this configuration for which the last address was used. */
void known_names_warn(const struct known_names *k, const struct lb_config *config, struct diags *d);

#endif
