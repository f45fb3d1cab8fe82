// SPDX-License-Identifier: MIT
/* Opens the log that ha.cf configures. */
#ifndef HEARTBEAT_DAEMON_LOGGING_H
#define HEARTBEAT_DAEMON_LOGGING_H

#include "heartbeat/daemon/load.h"

/* Log to standard error only, before the files are read. */
void logging_early(int debug);
/* Open the log by the directives logfile, debugfile and logfacility (doc/configuration.md 5); without any of them, log
 * to syslog, facility daemon.
 * own_process: a child process writes the files, so that a disk that hangs does not block this process. */
void logging_open(const struct configuration *files, int debug, bool to_stderr, bool own_process);

/* Returns true if the two configurations log to different places or in different ways. */
bool logging_differs(const struct ha_cf *a, const struct ha_cf *b);

#endif
