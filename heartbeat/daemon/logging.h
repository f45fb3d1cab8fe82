// SPDX-License-Identifier: MIT
/* Opens the log that ha.cf configures. */
#ifndef HEARTBEAT_DAEMON_LOGGING_H
#define HEARTBEAT_DAEMON_LOGGING_H

#include "heartbeat/daemon/load.h"

/* Before the files are read: standard error only. */
void logging_early(int debug);
/* doc/configuration.md 5: logfile, debugfile, logfacility; with none of them: syslog, facility daemon.
 * own_process: a child process writes the files, so that a disk that hangs does not block the node. */
void logging_open(const struct configuration *files, int debug, bool to_stderr, bool own_process);

/* Do two configurations log to different places, or differently? */
bool logging_differs(const struct ha_cf *a, const struct ha_cf *b);

#endif
