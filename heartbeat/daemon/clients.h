// SPDX-License-Identifier: MIT
/* The process that runs the programs of respawn and failfast lines.  The guardian starts it.  When the guardian ends
 * for any reason, the kernel sends a signal to this process (parent death signal), and it ends together with its
 * programs. */
#ifndef HEARTBEAT_DAEMON_CLIENTS_H
#define HEARTBEAT_DAEMON_CLIENTS_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

struct clients_config {
	struct shared *shared;
	const struct accepted *accepted;
	struct configuration *files; /* owned by the callee */
	pid_t guardian;
};

/* Run the process, in a child of the guardian.  On SIGHUP, read the configuration in use again and reopen the logs.  On
 * SIGTERM, end all programs in order, then return.  When a failfast program ends, send SIGTERM to the guardian, which
 * is the order to stop.  Returns the exit code of the process. */
int clients_run(const struct clients_config *config);

#endif
