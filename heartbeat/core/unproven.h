// SPDX-License-Identifier: MIT
/* Handles a node that is heard but has not proven that it hears us: either it receives nothing from us, or its packets
 * are a recording.  doc/protocol.md 10.22: "An unproven peer can delay a start for three initdeads at most, and the log
 * names it; it can never make us release or die". */
#ifndef HEARTBEAT_CORE_UNPROVEN_H
#define HEARTBEAT_CORE_UNPROVEN_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Called with a status of a node that has not proven that it hears us.  A single packet delays no takeover. */
void unproven_heard(struct core *c, struct node *n);
/* Called with the second or a later status of a newer life of n, while the life before is still heard. */
void unproven_rival(struct core *c, struct node *n);

#endif
