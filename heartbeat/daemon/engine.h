// SPDX-License-Identifier: MIT
/* The engine process: the main loop around the core.  Turns datagrams, child exits, requests and timers into events,
 * and passes the actions to apply.c.  Makes no decisions. */
#ifndef HEARTBEAT_DAEMON_ENGINE_H
#define HEARTBEAT_DAEMON_ENGINE_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

struct engine_config {
	struct configuration *configuration; /* parsed from the accepted texts; a reload replaces it */
	struct shared *shared;
	struct accepted *accepted;
	int shared_fd, accepted_fd; /* for a new guardian, if the engine must start one */
	/* keep the groups of the holdings: they still run, and the peer has not noticed the time without an engine */
	bool keep;
	pid_t guardian; /* the process that started us */
	/* the exit code of the start is written here (0: the first packet was sent), then it is closed */
	int ready_fd;
};

/* Run the engine until it ends.  Returns 0 after an order to stop (see shared->engine_clean), or an exit code of
 * paths.h. */
int engine_run(const struct engine_config *config);

#endif
