// SPDX-License-Identifier: MIT
/* A program that runs for a check, on the default main context, as lib/spawn.h does.  It may outlive the check: a
 * killed program must still be reaped. */
#ifndef LDIRECTORD_CHECK_RUNNING_H
#define LDIRECTORD_CHECK_RUNNING_H

#include "ldirectord/check/private.h"
#include "ldirectord/check/program.h"
#include "lib/spawn.h"

struct running;

/* What a kind does with it; neither is called after running_end. */
struct running_events {
	/* A line of its output. */
	void (*line)(struct check *c, const char *line);
	/* It has ended and is freed; call check_verdict. */
	void (*done)(struct check *c, const struct spawn_result *r);
};

/* argv, environment and input (NULL: none) are copied.  It gets no deadline here: running_end ends it with the
 * check. */
struct running *running_start(struct check *c, const char *path, char *const *argv, char *const *environment,
	const char *input, const struct running_events *events);
/* Send TERM to its process group now; KILL follows after the grace time. */
void running_end(struct running *p);

#endif
