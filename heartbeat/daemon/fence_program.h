// SPDX-License-Identifier: MIT
/* One call of the command stonith for a device of ha.cf, without a shell, the parameters of the device on its standard
 * input.  Shots and checks of devices take this one path: the same user and environment.  One program runs
 * at a time; a shot ends a check.  Decides nothing else.  stonith/README.md, "For the engine". */
#ifndef HEARTBEAT_DAEMON_FENCE_PROGRAM_H
#define HEARTBEAT_DAEMON_FENCE_PROGRAM_H

#include "heartbeat/daemon/engine_private.h"
#include "lib/spawn.h"

struct fence_program;

enum fence_program_kind { FENCE_PROGRAM_SHOT, FENCE_PROGRAM_CHECK, FENCE_PROGRAM_KINDS };

struct fence_program_handlers {
	/* A line that it printed. */
	void (*line)(void *context, bool is_stderr, const char *line);
	/* Called once, from the main loop, never from inside fence_program_start; the program is freed afterwards.
	 * cancelled: by fence_program_cancel, or by a shot; then the result of a check proves nothing. */
	void (*done)(void *context, const struct spawn_result *result, bool cancelled);
	void *context;
};

/* Is there a program of this kind, which has not ended? */
bool fence_program_exists(enum fence_program_kind kind);
/* Run "stonith ... WHAT" for a device; what ends with NULL.  Copies everything.  A shot ends a check, with half a
 * second before SIGKILL, and runs when that has ended.  A shot must not exist.  The
 * guardian ends the process when this engine dies. */
struct fence_program *fence_program_start(struct engine *e, enum fence_program_kind kind,
	const struct stonith_conf *device, const char *const *what, const struct fence_program_handlers *handlers);
/* End it as soon as possible; done still comes. */
void fence_program_cancel(struct fence_program *p);

#endif
