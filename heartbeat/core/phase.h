// SPDX-License-Identifier: MIT
/* Our own phase, from the start to the end of the engine, and the one place where it changes.
 *
 *   INIT -start-> UP -every node heard or dead (comm up)-> ACTIVE -shutdown-> LEAVING -all said-> GONE
 *   UP -shutdown-> LEAVING */
#ifndef HEARTBEAT_CORE_PHASE_H
#define HEARTBEAT_CORE_PHASE_H

#include "heartbeat/core/core.h"

enum phase { PHASE_INIT, PHASE_UP, PHASE_ACTIVE, PHASE_LEAVING, PHASE_GONE };

/* Asserts that the move is legal (anything else is a bug of ours), sets our own status, logs it, and has it sent at
 * once. */
void phase_set(struct core *c, enum phase to);

#endif
