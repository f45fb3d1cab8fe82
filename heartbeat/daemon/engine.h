// SPDX-License-Identifier: MIT
/* The engine process: the main loop around the core.  Turns datagrams, child exits, requests and timers into events,
 * and passes the actions to apply.c.  Makes no decisions. */
#ifndef HEARTBEAT_DAEMON_ENGINE_H
#define HEARTBEAT_DAEMON_ENGINE_H

#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/load.h"

enum { ENGINE_STOPPED = 0, ENGINE_RELOAD = 77 /* start a new engine with the new files; held groups keep running */ };

struct engine_config {
	const struct configuration *configuration;
	struct holdings *holdings; /* shared with the guardian */
	bool adopt_in_time;        /* the groups in holdings run, and the peer has not noticed the gap: keep them */
	int guardian_fd;           /* end of file: the guardian has ended */
	int ready_fd;              /* one byte, the exit code of the start (0: running), then closed */
	bool foreground;           /* keep the standard streams */
};

/* Runs until the engine ends.  Returns its exit code: ENGINE_STOPPED, ENGINE_RELOAD or one of paths.h. */
int engine_run(const struct engine_config *config);

#endif
