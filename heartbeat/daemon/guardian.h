// SPDX-License-Identifier: MIT
/* The tiny parent of the engine.  When the engine dies unexpectedly it is started again at once: it goes on with what
 * runs when that is certain to be in time (the peer waits deadtime, we take half of it at the most), else the addresses
 * are released here and now, and the new engine stops the rest before it joins.  doc/faults.md 7.
 *
 *   engine ends with            then
 *   ENGINE_STOPPED              remove pid file, exit 0
 *   ENGINE_RELOAD               read the files, new engine, adopt
 *   anything else, or a signal  in time and fewer than RESTARTS_MAX in a minute: new engine, adopt
 *                               else release the addresses, wait a little, new engine, clean up
 *
 * "In time" has two ends: a new engine is begun within half of deadtime after the last beat of the old one, and runs
 * within three quarters; one that is slower is killed, and the addresses are released before the peer may take them.
 * An engine that cannot be started at all (fork) is tried again every second, with the addresses released. */
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
