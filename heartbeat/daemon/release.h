// SPDX-License-Identifier: MIT
/* The release process: stops the groups that run here when there is no engine.  It needs the configuration in memory,
 * netlink and the scripts; no medium, no disk, no client socket. */
#ifndef HEARTBEAT_DAEMON_RELEASE_H
#define HEARTBEAT_DAEMON_RELEASE_H

#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/shared.h"

/* Stop every group of the holdings, all at the same time; a group that is stopped leaves the holdings.
 * Returns 0, or 1 when something may still run (logged). */
int release_run(struct shared *shared, const struct configuration *files);

#endif
