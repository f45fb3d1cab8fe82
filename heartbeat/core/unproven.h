// SPDX-License-Identifier: MIT
/* A node that is heard and has not proven that it hears us: it receives nothing from us, or it is a recording.
 * doc/protocol.md 10.22: "An unproven peer can delay a start for three initdeads at most, and the log names it; it can
 * never make us release or die". */
#ifndef HEARTBEAT_CORE_UNPROVEN_H
#define HEARTBEAT_CORE_UNPROVEN_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* A status of a node that has not proven that it hears us.  A single packet delays no takeover. */
void unproven_heard(struct core *c, struct node *n);
/* The second or a later status of a newer life, while the life before is still heard. */
void unproven_rival(struct core *c, struct node *n);

#endif
