// SPDX-License-Identifier: MIT
/* The engine process: main loop around the core.  Turns datagrams, child ends, requests and timers into events,
 * and hands the actions to apply.c.  Has no opinions of its own. */
#ifndef HEARTBEAT_DAEMON_ENGINE_H
#define HEARTBEAT_DAEMON_ENGINE_H

#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/load.h"

enum { ENGINE_STOPPED = 0, ENGINE_RELOAD = 77 /* start me again with the new files; what I hold goes on */ };

struct engine_config {
	const struct configuration *configuration;
	struct holdings *holdings; /* shared with the guardian */
	bool adopt_in_time;        /* what holdings lists runs and the peer has not noticed: go on with it */
	int guardian_fd;           /* end of file: the guardian is gone */
	int ready_fd;              /* one byte, the exit code of the start (0: running), then closed */
	bool foreground;           /* keep the standard streams */
};

/* Runs until it is over; returns the exit code of the process: ENGINE_STOPPED, ENGINE_RELOAD or one of paths.h. */
int engine_run(const struct engine_config *config);

#endif
