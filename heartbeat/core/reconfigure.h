// SPDX-License-Identifier: MIT
/* Puts a new configuration into the running core, in one step that cannot fail.  The functions for callers are in
 * core.h: core_prepare, core_commit (in core.c), core_change_abandon. */
#ifndef HEARTBEAT_CORE_RECONFIGURE_H
#define HEARTBEAT_CORE_RECONFIGURE_H

#include "heartbeat/core/core.h"

/* Process EVENT_RELOADED.  Frees the change. */
void reconfigure_apply(struct core *c, struct core_change *change);

#endif
