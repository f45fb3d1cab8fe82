// SPDX-License-Identifier: MIT
/* The names of a configuration that is in use, with their addresses: a name that cannot be resolved while the file is
 * read again keeps its last address.  A copy, so that the thread of a reload may use it.
 * doc/ldirectord.md 3: "the old address stays, with a warning" */
#ifndef LDIRECTORD_DAEMON_KNOWN_NAMES_H
#define LDIRECTORD_DAEMON_KNOWN_NAMES_H

#include "ldirectord/conf/config.h"

struct known_names;

struct known_names *known_names_of(const struct lb_config *config);
void known_names_free(struct known_names *k);
/* An lb_resolve; context is the struct: the system's answer, else the last address. */
bool known_names_resolve(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why);
/* Warn of each last address that was used for this configuration. */
void known_names_warn(const struct known_names *k, const struct lb_config *config, struct diags *d);

#endif
