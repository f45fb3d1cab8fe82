// SPDX-License-Identifier: MIT
/* The one place where a group changes its state; private to the ownership rooms. */
#ifndef HEARTBEAT_CORE_GROUP_STATE_H
#define HEARTBEAT_CORE_GROUP_STATE_H

#include "heartbeat/core/ownership.h"

/* Move a group to a state: asserts that the move is legal (anything else is a bug of ours), logs the why with the inputs,
 * writes the holdings down, then does the entry work: start, stop, deadlines, a status at once.  The log line comes first,
 * what it causes after it. */
void group_set_state(struct core *c, size_t group, enum group_state to, const char *reason);
const char *group_key(const struct core *c, size_t group);
const char *peer_name(const struct core *c); /* "(no peer)" when there is none */

#endif
