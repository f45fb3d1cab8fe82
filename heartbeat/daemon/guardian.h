// SPDX-License-Identifier: MIT
/* The small parent process of the engine.  When the engine dies unexpectedly, the guardian starts a new one at once.
 * The new engine keeps the running groups when it is in time: the peer waits deadtime, we use at most half of it.
 * Otherwise the guardian releases the addresses at once, and the new engine stops the rest before it joins.
 * doc/faults.md 7.
 *
 *   engine ends with            then
 *   ENGINE_STOPPED              remove pid file, exit 0
 *   ENGINE_RELOAD               read the files, new engine, adopt
 *   anything else, or a signal  in time and fewer than RESTARTS_MAX in a minute: new engine, adopt
 *                               else release the addresses, wait a little, new engine, clean up
 *
 * "In time" has two limits.  The guardian starts a new engine within half of deadtime after the last beat of the old
 * one, and the engine runs within three quarters.  The guardian kills a slower engine and releases the addresses before
 * the peer may take them.  When fork fails, it releases the addresses and tries again every second. */
#ifndef HEARTBEAT_DAEMON_GUARDIAN_H
#define HEARTBEAT_DAEMON_GUARDIAN_H

#include "heartbeat/daemon/load.h"

struct guardian_config {
	struct configuration *files; /* taken over */
	int ready_fd;                /* gets one byte, the exit code of the start; -1 none */
	int debug;
	bool foreground;             /* keep the standard streams and log to standard error */
};

/* Returns when the cluster software has ended, with the exit code. */
int guardian_run(const struct guardian_config *config);

#endif
