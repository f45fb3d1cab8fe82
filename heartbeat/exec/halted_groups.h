// SPDX-License-Identifier: MIT
/* The ids of the groups that "on-fail stop" has stopped here, in memory that outlives the writer: the next engine must
 * not take such a group for one that runs.  Knows nothing of what a group is doing. */
#ifndef HEARTBEAT_EXEC_HALTED_GROUPS_H
#define HEARTBEAT_EXEC_HALTED_GROUPS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/conf/haresources.h"

/* Zeroed: none.  One place holds an id or 0, so a writer that is killed leaves no id that is half written. */
struct halted_groups {
	_Atomic uint64_t places[HARESOURCES_GROUPS_MAX]; /* id + 1 */
};

/* There is only one writer at a time. */
void halted_groups_set(struct halted_groups *h, uint32_t id, bool halted);
bool halted_groups_has(const struct halted_groups *h, uint32_t id);
/* Forget all groups that this file does not name. */
void halted_groups_keep(struct halted_groups *h, const struct haresources *file);

#endif
