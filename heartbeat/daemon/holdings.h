// SPDX-License-Identifier: MIT
/* What this node runs, kept where it outlives the engine: in memory shared with the guardian, and in /run for the case
 * that both are killed.  /run is empty after a boot, and so is what runs. */
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
/* After a start without guardian memory: what the file says.  False when there is none. */
bool holdings_recall(struct holdings *h);
/* A clean end: nothing runs. */
void holdings_forget(struct holdings *h);
/* Of a daemon that has ended: did it leave something running?  1, 0 or -errno. */
int holdings_left(void);
/* As the core wants it; in_time: the peer cannot have noticed the gap.  Returns the number. */
size_t holdings_adopt(const struct holdings *h, bool in_time, struct adopted out[HARESOURCES_GROUPS_MAX]);
/* Take the addresses of all groups in h away now, before anything slower is done.  Returns how many were there. */
unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources);

#endif
