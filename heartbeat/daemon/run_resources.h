// SPDX-License-Identifier: MIT
/* How this daemon uses exec: the directories, deadlines and records that are the same in the engine and in the release
 * process. */
#ifndef HEARTBEAT_DAEMON_RUN_RESOURCES_H
#define HEARTBEAT_DAEMON_RUN_RESOURCES_H

#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/shared.h"
#include "heartbeat/exec/exec.h"

/* Check what would fail at the first takeover (exec_check_arguments).  Returns false when an error was reported. */
bool run_resources_check(const struct configuration *files, configuration_report *report, void *context);
/* Report scripts that are missing or must not be run (exec_check_scripts). */
void run_resources_check_scripts(const struct configuration *files, configuration_report *report, void *context);
/* Check what other software of this machine does (exec_check_host).  Do not call this in the engine. */
void run_resources_check_host(
	const struct configuration *files, bool runs, configuration_report *report, void *context);
/* shared: has the slots in which programs are recorded.  interfaces: for the watch over addresses; NULL: no watch. */
struct exec_config run_resources_config(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces);
/* Returns NULL after a log message. */
struct exec *run_resources_open(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces,
	const struct exec_handlers *handlers);
/* Free e, which may be NULL.  The output of running services is still logged after this. */
void run_resources_close(struct exec *e);

#endif
