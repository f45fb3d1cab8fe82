// SPDX-License-Identifier: MIT
/* The engine process: the main loop around the core.  Turns datagrams, child exits, requests and timers into events,
 * and passes the actions to apply.c.  Makes no decisions. */
#ifndef HEARTBEAT_DAEMON_ENGINE_H
#define HEARTBEAT_DAEMON_ENGINE_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

struct engine_config {
	struct configuration *configuration; /* of the accepted texts; a reload replaces it */
	struct shared *shared;
	struct accepted *accepted;
	int shared_fd, accepted_fd; /* for a guardian that must be started */
	bool keep;      /* keep the groups in the holdings: they run, and the peer has not noticed the gap */
	pid_t guardian; /* the process that started us */
	int ready_fd;   /* gets the exit code of the start (0: the first packet was sent), then it is closed */
};

/* Runs until the engine ends.  Returns 0 after an order to stop (shared->engine_clean), or an exit code of paths.h. */
int engine_run(const struct engine_config *config);

#endif
