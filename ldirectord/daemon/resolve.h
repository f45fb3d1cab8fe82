// SPDX-License-Identifier: MIT
/* Resolves names for the parser with the system's resolver and services database.  It blocks, so only the start, the
 * check command and the reload thread may use it. */
#ifndef LDIRECTORD_DAEMON_RESOLVE_H
#define LDIRECTORD_DAEMON_RESOLVE_H

#include "ldirectord/conf/config.h"

/* A function of type lb_resolve; context is not used. */
bool lb_resolve_system(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why);
/* Writes $HOSTNAME, or else the node name; "localhost" if neither is set. */
void lb_host_name(char *out, size_t cap);

#endif
