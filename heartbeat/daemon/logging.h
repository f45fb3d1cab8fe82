// SPDX-License-Identifier: MIT
/* The log as ha.cf wants it. */
#ifndef HEARTBEAT_DAEMON_LOGGING_H
#define HEARTBEAT_DAEMON_LOGGING_H

#include "heartbeat/daemon/load.h"

/* Before the files are read: standard error only. */
void logging_early(int debug);
/* doc/configuration.md 5: logfile, debugfile, logfacility; with none of them: syslog, facility daemon.
 * own_process: the files are written by a process of its own, a child of this one: a frozen disk must not freeze the
 * node. */
void logging_open(const struct configuration *files, int debug, bool to_stderr, bool own_process);

#endif
