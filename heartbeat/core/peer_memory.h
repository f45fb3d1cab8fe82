// SPDX-License-Identifier: MIT
/* What a node remembers of its peer over its own restarts, so that a recording of the past is not taken for the peer.
 * Writes no file.  doc/protocol.md 10.22 */
#ifndef HEARTBEAT_CORE_PEER_MEMORY_H
#define HEARTBEAT_CORE_PEER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/conf/ha_cf.h"

struct core;

struct peer_memory {
	char name[HA_CF_NAME_MAX];
	uint8_t uuid[16];
	bool has_uuid;
	uint64_t generation; /* of the last life that was accepted */
	uint64_t number;     /* the highest number that was received from that life, or a slightly lower one */
	bool spoke_native;   /* the dialect of that life */
	/* doc/fencing.md R10, R13, R14.  What was true at the end of our last life: */
	bool alone;      /* the peer was known to be off or to have left: this node was the last one to run anything */
	bool heard;      /* the peer was heard since this machine booted */
	bool fenced;     /* it was fenced since this machine booted, and was not heard since */
	char boot[37];   /* of this machine: its boot_id; the core does not use it */
};

enum {
	/* Numbers between two requests.  With a status each second that is one a minute.  With faster statuses too the
	 * shell writes once a minute, and the disk is behind by a minute at most. */
	MEMORY_EVERY = 64,
};

/* This machine has booted since: what was true in the earlier boot only is forgotten. */
void memory_new_boot(struct peer_memory *m);
/* The peer was heard, and has proven that it hears us. */
void memory_peer_heard(struct core *c);
/* An operator orders a takeover: older data are started here all the same. */
void memory_ordered(struct core *c);
/* doc/fencing.md R13: this node has booted alone, did not run last, and nobody has ordered it to start. */
bool memory_waits_as_stale(const struct core *c);
/* Begin with what was remembered; NULL: nothing.  The nodes must be set up. */
void memory_recall(struct core *c, const struct peer_memory *remembered);
/* At the end of a step: request a write (ACTION_REMEMBER) when the life or the dialect of the peer has changed, when it
 * died or we end, and when a proof of its absence comes or goes: soon.  When only its number has grown, by
 * MEMORY_EVERY: within a minute. */
void memory_note(struct core *c);

#endif
