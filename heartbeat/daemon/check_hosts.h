// SPDX-License-Identifier: MIT
/* Can the host names of ha.cf be resolved on this machine?  Asks the resolver, all names at once, and waits for it a
 * few seconds at most.  Changes nothing: the addresses are not kept. */
#ifndef HEARTBEAT_DAEMON_CHECK_HOSTS_H
#define HEARTBEAT_DAEMON_CHECK_HOSTS_H

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"

/* A warning at the place of each name without an address.  Runs the GLib main context of the thread. */
void check_hosts(const struct ha_cf *conf, struct diags *diags);

#endif
