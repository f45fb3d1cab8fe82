// SPDX-License-Identifier: MIT
/* The list of groups that run on this node.  It outlives the engine: it is in memory shared with the guardian, and in
 * /run in case both are killed.  /run is empty after a boot, when no group runs. */
#ifndef HEARTBEAT_DAEMON_HOLDINGS_H
#define HEARTBEAT_DAEMON_HOLDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/conf/haresources.h"
#include "heartbeat/core/core.h"

struct holding {
	uint32_t id;
	bool steady; /* held; else starting or stopping: only cleaning up is safe */
	bool failback_due;
	uint64_t epoch;
};

/* In shared memory: one writer (the engine), read by the guardian when the engine is gone. */
struct holdings {
	int64_t last_beat_ns; /* monotonic: the engine's loop was alive then */
	uint32_t count;
	struct holding list[HARESOURCES_GROUPS_MAX];
};

/* Anonymous shared memory; NULL with errno. */
struct holdings *holdings_new(void);
/* Take over from the core's views, and write the file. */
void holdings_record(struct holdings *h, const struct core *core, const struct haresources *resources);
/* Read the list from the file, at a start without guardian memory.  False when it lists nothing or is missing. */
bool holdings_recall(struct holdings *h);
/* Clear the list and remove the file after a clean stop. */
void holdings_forget(struct holdings *h);
/* Check whether a daemon that has ended left groups running.  Returns 1, 0 or -errno. */
int holdings_left(void);
/* Convert the list for the core.  in_time: the peer cannot have noticed the gap.  Returns the number of groups. */
size_t holdings_adopt(const struct holdings *h, bool in_time, struct adopted out[HARESOURCES_GROUPS_MAX]);
/* Remove the addresses of all groups in h at once, before slower work.  Returns how many were removed. */
unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources);

#endif
