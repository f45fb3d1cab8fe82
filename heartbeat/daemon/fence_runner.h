// SPDX-License-Identifier: MIT
/* Runs the command stonith for ACTION_FENCE: one process for each attempt, without a shell.  The process reads the
 * parameters of the device from its standard input.  Decides nothing.  stonith/README.md, "For the engine". */
#ifndef HEARTBEAT_DAEMON_FENCE_RUNNER_H
#define HEARTBEAT_DAEMON_FENCE_RUNNER_H

#include "heartbeat/daemon/engine_private.h"

/* Start the attempt.  EVENT_FENCE_DONE reports its end, but not from inside this call.  When this engine dies, the
 * guardian ends the process. */
void fence_runner_start(struct engine *e, const struct action *a);
/* End the attempt with this number, if it runs. */
void fence_runner_cancel(unsigned attempt);

#endif
