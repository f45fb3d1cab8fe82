// SPDX-License-Identifier: MIT
/* The list of groups that run on this node.  It is in the memory that the engine shares with the guardian (shared.h),
 * so it survives the death of the engine. */
#ifndef HEARTBEAT_DAEMON_HOLDINGS_H
#define HEARTBEAT_DAEMON_HOLDINGS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/core.h"

struct holding {
	uint32_t id; /* group_conf.id */
	bool steady; /* the group is held.  Otherwise it was starting or stopping, and must be cleaned up */
	bool failback_due;
	uint64_t epoch;
};

struct holdings {
	uint32_t count;
	struct holding list[HARESOURCES_GROUPS_MAX];
};

/* One list is in use while the other list is written, so a writer that is killed in the middle changes nothing. */
struct holdings_pair {
	_Atomic uint32_t at;
	struct holdings list[2];
};

const struct holdings *holdings_now(const struct holdings_pair *p);
/* Write the list from the present states of the core. */
void holdings_record(struct holdings_pair *p, const struct core *core, const struct haresources *resources);
/* Remove the group with this id, because it is stopped. */
void holdings_remove(struct holdings_pair *p, uint32_t id);
/* Returns true if the group is in the list. */
bool holdings_has(const struct holdings *h, uint32_t id);
/* Convert the list for the core.  keep: the peer cannot have noticed the time without an engine, so steady groups keep
 * running.  unverified: groups of this file that are not in the list are added as unverified, because other software
 * may have started them; NULL: none are added.  Returns the number of groups. */
size_t holdings_adopt(const struct holdings *h, bool keep, const struct haresources *unverified,
	struct adopted out[HARESOURCES_GROUPS_MAX]);
/* Remove the addresses of all groups in h at once, because the stop scripts take longer.  Returns how many were
 * removed. */
unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources);

#endif
