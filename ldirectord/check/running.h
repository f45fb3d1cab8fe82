// SPDX-License-Identifier: MIT
/* Runs a program for a check, on the default main context, with lib/spawn.h.  The struct may outlive the check, because
 * a killed program must still be reaped. */
#ifndef LDIRECTORD_CHECK_RUNNING_H
#define LDIRECTORD_CHECK_RUNNING_H

#include "ldirectord/check/private.h"
#include "ldirectord/check/program.h"
#include "lib/spawn.h"

struct running;

/* The functions of the kind that uses the program; neither is called after running_end. */
struct running_events {
	/* The program has printed a line. */
	void (*line)(struct check *c, const char *line);
	/* The program has ended, and its struct is freed.  The kind calls check_verdict here. */
	void (*done)(struct check *c, const struct spawn_result *r);
};

/* Start a program.  argv, environment and input (NULL: none) are copied.  The program has no time limit of its own: at
 * the deadline of the check, running_end ends it. */
struct running *running_start(struct check *c, const char *path, char *const *argv, char *const *environment,
	const char *input, const struct running_events *events);
/* Send SIGTERM to the process group of the program now; SIGKILL follows after the grace time. */
void running_end(struct running *p);

#endif
