// SPDX-License-Identifier: MIT
/* Runs the command stonith for ACTION_FENCE: one process for each attempt, without a shell, the parameters of the
 * device on its standard input.  Decides nothing.  stonith/README.md, "For the engine". */
#ifndef HEARTBEAT_DAEMON_FENCE_RUNNER_H
#define HEARTBEAT_DAEMON_FENCE_RUNNER_H

#include "heartbeat/daemon/engine_private.h"

/* Start the attempt.  Its end is reported with EVENT_FENCE_DONE, never from inside this call.  The guardian ends the
 * process when this engine dies. */
void fence_runner_start(struct engine *e, const struct action *a);
/* End the attempt of this number, if it runs. */
void fence_runner_cancel(unsigned attempt);

#endif
