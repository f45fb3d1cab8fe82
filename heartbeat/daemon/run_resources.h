// SPDX-License-Identifier: MIT
/* How this daemon runs resources: the directories, deadlines and records that the engine and the release process have
 * in common. */
#ifndef HEARTBEAT_DAEMON_RUN_RESOURCES_H
#define HEARTBEAT_DAEMON_RUN_RESOURCES_H

#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/shared.h"
#include "heartbeat/exec/exec.h"

/* What would fail at the first takeover (exec_check_arguments).  False: an error was reported. */
bool run_resources_check(const struct configuration *files, configuration_report *report, void *context);
/* Scripts that are missing or must not be run (exec_check_scripts). */
void run_resources_check_scripts(const struct configuration *files, configuration_report *report, void *context);
/* What this machine does beside us (exec_check_host).  Not for the engine. */
void run_resources_check_host(
	const struct configuration *files, bool runs, configuration_report *report, void *context);
/* shared: programs are recorded there.  interfaces: addresses are watched there; NULL: they are not. */
struct exec_config run_resources_config(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces);
/* NULL, after a log message. */
struct exec *run_resources_open(
	const struct configuration *files, struct shared *shared, struct interfaces *interfaces,
	const struct exec_handlers *handlers);
/* Frees e, which may be NULL.  What services print goes on being logged. */
void run_resources_close(struct exec *e);

#endif
