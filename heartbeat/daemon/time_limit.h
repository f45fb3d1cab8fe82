// SPDX-License-Identifier: MIT
/* A command that must end, whatever it waits for: a disk, a name service, a daemon that does not answer. */
#ifndef HEARTBEAT_DAEMON_TIME_LIMIT_H
#define HEARTBEAT_DAEMON_TIME_LIMIT_H

#include "lib/mono.h"

/* Call run in a child process and wait for it, but no longer than limit; a child that hangs in the kernel is left
 * behind.  what: for the message, "the check of the files".
 * Returns what run returns, 0 to 255; late when it was not finished in time, was killed (both after a message on
 * standard error), or could not write its output; without a child process, run is called here. */
int time_limit_run(struct span limit, int late, const char *what, int (*run)(void *context), void *context);

#endif
