// SPDX-License-Identifier: MIT
/* The phase of this node, from the start to the end of the engine, and the only place where it changes.
 *
 *   INIT -start-> UP -every node heard or dead (comm up)-> ACTIVE -shutdown-> LEAVING -everything said-> GONE
 *   UP -shutdown-> LEAVING */
#ifndef HEARTBEAT_CORE_PHASE_H
#define HEARTBEAT_CORE_PHASE_H

#include "heartbeat/core/core.h"

enum phase { PHASE_INIT, PHASE_UP, PHASE_ACTIVE, PHASE_LEAVING, PHASE_GONE, PHASES };

/* "init" "up" "active" "leaving" "gone" */
const char *phase_name(enum phase p);

/* Change the phase: assert that the move is legal, set and log our own status, and request that it is sent at once. */
void phase_set(struct core *c, enum phase to);

#endif
