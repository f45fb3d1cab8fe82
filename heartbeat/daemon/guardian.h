// SPDX-License-Identifier: MIT
/* The process of the supervisor: watches the engine, and carries out what supervisor/policy.c decides.
 * Single-threaded, no main loop of GLib: it waits for signals, for the engine and the release process, and for the
 * policy's deadline. */
#ifndef HEARTBEAT_DAEMON_GUARDIAN_H
#define HEARTBEAT_DAEMON_GUARDIAN_H

#include "heartbeat/daemon/accepted.h"
#include "heartbeat/daemon/shared.h"

enum { GUARDIAN_REEXEC = 0x6862 }; /* the value of a queued SIGUSR1: change to the installed binary */

struct guardian_config {
	struct shared *shared;
	struct accepted *accepted;
	int shared_fd, accepted_fd;
	int report_fd; /* gets one byte, the exit code of the start; -1 none */
	bool resume; /* beside an engine that runs: our predecessor died, or was of an older binary */
	bool reexec; /* replace that engine */
};

/* Returns when the cluster software has ended, with the exit code. */
int guardian_run(const struct guardian_config *config);
/* The arguments with which a binary becomes the guardian beside a running engine: "--resume=LOCK,SHARED,ACCEPTED", and
 * "--reexec-engine" behind it to replace the engine. */
bool guardian_parse_resume(const char *text, struct guardian_config *out);
/* Execute path as the guardian of this daemon; the descriptors are passed on.  Returns only when that fails: -errno. */
int guardian_exec(const char *path, int shared_fd, int accepted_fd, bool replace_engine);

#endif
