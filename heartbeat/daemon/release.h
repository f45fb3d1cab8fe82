// SPDX-License-Identifier: MIT
/* The release process: stops the groups that run here when there is no engine.  It needs only the configuration in
 * memory, netlink and the scripts, but no medium, no state file and no client socket. */
#ifndef HEARTBEAT_DAEMON_RELEASE_H
#define HEARTBEAT_DAEMON_RELEASE_H

#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/shared.h"

/* Stop all groups of the holdings at the same time; each group is removed from the holdings when it is stopped.
 * Returns 0, or 1 after a log message when something may still run. */
int release_run(struct shared *shared, const struct configuration *files);

#endif
