// SPDX-License-Identifier: MIT
/* The process that runs checks for the daemon: the same program, started again with only a socket.  It receives plans
 * (check/plan_wire.h) and sends verdicts; it cannot access the configuration, the table or the control socket.
 *
 * The worker for the network parses bytes from other machines.  It runs as a user without rights, and has only the raw
 * sockets for pings, which it opens before it gives up its rights; so a bug in a parser cannot change the table.  The
 * worker for programs runs the check commands, which need the rights of the daemon.  Processes that such a command
 * leaves behind end with this worker.
 *
 * Both workers end when the daemon ends, also when it crashes.  doc/ldirectord.md 6, "Processes" */
#ifndef LDIRECTORD_DAEMON_WORKER_H
#define LDIRECTORD_DAEMON_WORKER_H

#include <stdint.h>

enum worker_kind { WORKER_NETWORK, WORKER_PROGRAMS, WORKER_KINDS };
enum {
	WORKER_SOCKET = 3,
	WORKER_WHY_MAX = 256,
	/* as an id, in the first answer: with up, the worker is ready; why is a line for the log, "": none */
	WORKER_ITSELF = 0,
};

/* A message to the worker: this struct and, for a start, a plan. */
struct worker_order {
	uint32_t id;   /* the id of the check */
	uint32_t stop; /* 1: cancel the check */
};

/* A whole message from the worker. */
struct worker_verdict {
	uint32_t id, up, share; /* share: 1 to 100, or LB_SHARE_... */
	char why[WORKER_WHY_MAX]; /* with its NUL */
};

/* The first argument, which makes the program a worker; worker_names has the second one, by kind. */
#define WORKER_ARGUMENT "--check-worker"
extern const char *const worker_names[WORKER_KINDS];

/* Run the worker; name: the second argument.  Returns an exit code. */
int worker_main(const char *name);

#endif
