// SPDX-License-Identifier: MIT
/* The list of groups that run on this node.  It outlives the engine: it is in the memory shared with the guardian
 * (shared.h). */
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
	bool steady; /* held; else starting or stopping: only cleaning up is safe */
	bool failback_due;
	uint64_t epoch;
};

struct holdings {
	uint32_t count;
	struct holding list[HARESOURCES_GROUPS_MAX];
};

/* One is in use while the other one is written: a writer that is killed half-way changes nothing. */
struct holdings_pair {
	_Atomic uint32_t at;
	struct holdings list[2];
};

const struct holdings *holdings_now(const struct holdings_pair *p);
/* Take over from the core's views. */
void holdings_record(struct holdings_pair *p, const struct core *core, const struct haresources *resources);
/* The group of that id is stopped. */
void holdings_remove(struct holdings_pair *p, uint32_t id);
/* Is the group in the list? */
bool holdings_has(const struct holdings *h, uint32_t id);
/* Convert the list for the core.  keep: the peer cannot have noticed the gap, so groups that do not move stay.
 * unverified: the groups of this file that the list does not have are added as unverified, because somebody else may
 * have started them; NULL: none.  Returns the number of groups. */
size_t holdings_adopt(const struct holdings *h, bool keep, const struct haresources *unverified,
	struct adopted out[HARESOURCES_GROUPS_MAX]);
/* Remove the addresses of all groups in h at once, before slower work.  Returns how many were removed. */
unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources);

#endif
