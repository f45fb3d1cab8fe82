// SPDX-License-Identifier: MIT
/* The guardian process: watches the engine, and carries out what supervisor/policy.c decides.  It has one thread and no
 * GLib main loop.  It waits for signals, for the engine and the release process, and for the deadline of the policy. */
#ifndef HEARTBEAT_DAEMON_GUARDIAN_H
#define HEARTBEAT_DAEMON_GUARDIAN_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

enum { GUARDIAN_REEXEC = 0x6862 }; /* the value of a queued SIGUSR1 that orders the change to the installed binary */

struct guardian_config {
	struct shared *shared;
	struct accepted *accepted;
	int shared_fd, accepted_fd;
	int report_fd; /* the guardian writes one byte here, the exit code of the start; -1: none */
	bool resume; /* an engine runs already, because the guardian before died or had an older binary */
	bool reexec; /* replace that engine, because it has an older binary */
};

/* Run until heartbeat has ended; returns the exit code. */
int guardian_run(const struct guardian_config *config);
/* Parse the argument with which a binary becomes the guardian of a running engine: "--resume=LOCK,SHARED,ACCEPTED".
 * The argument "--reexec-engine" after it orders that the engine is replaced. */
bool guardian_parse_resume(const char *text, struct guardian_config *out);
/* Execute path as the guardian of this daemon, and pass the descriptors to it.  Returns only when that fails:
 * -errno. */
int guardian_exec(const char *path, int shared_fd, int accepted_fd, bool replace_engine);

#endif
