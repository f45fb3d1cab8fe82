// SPDX-License-Identifier: MIT
/* Runs the command stonith (fence_program.h) for ACTION_FENCE: one process for each attempt.  Decides nothing. */
#ifndef HEARTBEAT_DAEMON_FENCE_RUNNER_H
#define HEARTBEAT_DAEMON_FENCE_RUNNER_H

#include "heartbeat/daemon/engine_private.h"

/* Start the attempt; a check of a device that runs is ended first.  The end of the attempt is reported with
 * EVENT_FENCE_DONE, never from inside this call. */
void fence_runner_start(struct engine *e, const struct action *a);
/* End the attempt with this number, if it runs. */
void fence_runner_cancel(unsigned attempt);

#endif
