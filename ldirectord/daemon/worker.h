// SPDX-License-Identifier: MIT
/* The process that runs checks for the daemon: the same program, started again with only a socket.  It gets plans
 * (check/plan_wire.h) and answers with verdicts; it never sees the configuration, the table or the control socket.
 *
 * The worker for the network parses what strangers send.  It runs as a user without rights and has only the raw
 * sockets for pings, which it opens before; so a bug in a parser cannot reach the table.  The worker for programs runs
 * the check commands, which need the rights of the daemon.  What such a command leaves behind ends with this worker.
 *
 * Both end when the daemon ends, however it ends.  doc/ldirectord.md 6, "Processes" */
#ifndef LDIRECTORD_DAEMON_WORKER_H
#define LDIRECTORD_DAEMON_WORKER_H

#include <stdint.h>

enum worker_kind { WORKER_NETWORK, WORKER_PROGRAMS, WORKER_KINDS };
enum {
	WORKER_SOCKET = 3,
	WORKER_WHY_MAX = 256,
	WORKER_ITSELF = 0, /* as an id, in the first answer: up, it is ready; why is a line for the log, "" none */
};

/* To the worker: this, and for a start a plan. */
struct worker_order {
	uint32_t id;   /* of the check */
	uint32_t stop; /* 1: cancel the check */
};

/* From the worker: a whole message. */
struct worker_verdict {
	uint32_t id, up, share; /* share: 1 to 100, or LB_SHARE_... */
	char why[WORKER_WHY_MAX]; /* with its NUL */
};

/* The first argument of the program that makes it a worker, and the second one, by kind. */
#define WORKER_ARGUMENT "--check-worker"
extern const char *const worker_names[WORKER_KINDS];

/* Run the worker with this second argument.  Returns an exit code. */
int worker_main(const char *name);

#endif
