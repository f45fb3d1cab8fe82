// SPDX-License-Identifier: MIT
/* Takes a new configuration over in the running core, in one step that cannot fail.  What core.h offers for it:
 * core_prepare, core_commit (in core.c), core_change_abandon. */
#ifndef HEARTBEAT_CORE_RECONFIGURE_H
#define HEARTBEAT_CORE_RECONFIGURE_H

#include "heartbeat/core/core.h"

/* The work of EVENT_RELOADED.  Frees the change. */
void reconfigure_apply(struct core *c, struct core_change *change);

#endif
