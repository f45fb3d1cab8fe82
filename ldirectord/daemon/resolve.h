// SPDX-License-Identifier: MIT
/* Names by the system's resolver and services database, for the parser.  Blocks: for the start, for check, and for the
 * thread that reloads. */
#ifndef LDIRECTORD_DAEMON_RESOLVE_H
#define LDIRECTORD_DAEMON_RESOLVE_H

#include "ldirectord/conf/config.h"

/* An lb_resolve; context is not used. */
bool lb_resolve_system(
	void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why);
/* $HOSTNAME, else the node name; "localhost" when there is neither. */
void lb_host_name(char *out, size_t cap);

#endif
