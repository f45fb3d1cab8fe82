// SPDX-License-Identifier: MIT
/* The process that runs the programs of respawn and failfast lines.  The guardian starts it, and it ends, and with it
 * its programs, when the guardian ends in any way: by the kernel's signal at the death of a parent. */
#ifndef HEARTBEAT_DAEMON_CLIENTS_H
#define HEARTBEAT_DAEMON_CLIENTS_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

struct clients_config {
	struct shared *shared;
	const struct accepted *accepted;
	struct configuration *files; /* taken */
	pid_t guardian;
};

/* Run in a child of the guardian.  SIGHUP: the configuration in use has changed, or logs were rotated.  SIGTERM: end
 * all programs, in order, then return.  When a failfast program ends, the guardian gets SIGTERM, the order to stop.
 * Returns the exit code of the process. */
int clients_run(const struct clients_config *config);

#endif
