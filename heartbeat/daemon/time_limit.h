// SPDX-License-Identifier: MIT
/* Runs a command with a time limit, because it may wait for a disk, a name service or a daemon that does not answer. */
#ifndef HEARTBEAT_DAEMON_TIME_LIMIT_H
#define HEARTBEAT_DAEMON_TIME_LIMIT_H

#include "lib/mono.h"

/* Call run in a child process and wait for the child, but not longer than limit.  A child that hangs in the kernel
 * cannot be ended and is left behind.  what: a name for the message, such as "the check of the files".
 * Returns what run returns, 0 to 255.  Returns late when run was not finished in time or was killed (both after a
 * message on standard error), or could not write its output.  When no child process can be made, run is called in this
 * process. */
int time_limit_run(struct span limit, int late, const char *what, int (*run)(void *context), void *context);

#endif
