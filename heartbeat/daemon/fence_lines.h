// SPDX-License-Identifier: MIT
/* Are the lines of fencing devices right that this node uses?  Asks the command stonith about type and parameters, and
 * compares the hosts that the parameters name with the nodes.  Asks no device, and does not need the main loop. */
#ifndef HEARTBEAT_DAEMON_FENCE_LINES_H
#define HEARTBEAT_DAEMON_FENCE_LINES_H

#include "heartbeat/conf/ha_cf.h"
#include "lib/diag.h"

/* Add an error for each wrong line; a warning when the command does not answer in time.  node: this one. */
void fence_lines_check(const struct ha_cf *conf, const char *node, struct diags *diags);

#endif
