// SPDX-License-Identifier: MIT
/* What a node remembers of its peer over its own restarts, so that it does not take a recording of old packets for the
 * peer.  Writes no file.  doc/protocol.md 10.22 */
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
	uint64_t generation; /* the generation of the last life of the peer that was accepted */
	/* the highest sequence number that was received from that life, or a slightly lower number */
	uint64_t number;
	bool spoke_native;   /* that life spoke the native dialect */
	/* doc/fencing.md R10, R13, R14.  These tell what was true at the end of our last life: */
	/* it was known that the peer was off or had left, so this node was the last node that ran any group */
	bool alone;
	bool heard;      /* the peer was heard since this machine booted */
	bool fenced;     /* this daemon fenced the peer, and did not hear it after that */
	char boot[37];   /* the boot_id of this machine; the core does not use it */
};

enum {
	/* The core requests a write each time the number has grown by this.  With one status a second, this is once a
	 * minute.  With faster statuses the shell still writes only once a minute, so the file is at most a minute
	 * old. */
	MEMORY_EVERY = 64,
};

/* Called when this machine has booted since: forget what was true for the earlier boot only. */
void memory_new_boot(struct peer_memory *m);
/* Called when a new daemon reads the memory of an earlier one.  Nobody listened between them: a peer that was fenced
 * may have come back, taken the groups over, and become silent again. */
void memory_new_daemon(struct peer_memory *m);
/* Called when the peer was heard and has proven that it hears us. */
void memory_peer_heard(struct core *c);
/* Called when an operator orders a takeover: groups may start here although their data may be older than those of the
 * peer. */
void memory_ordered(struct core *c);
/* Returns true if this node may have old data (doc/fencing.md R13): it has not heard the peer since its boot, it was
 * not the last node that ran the groups, and no operator has ordered a takeover. */
bool memory_waits_as_stale(const struct core *c);
/* Begin with what was remembered; NULL: nothing.  Call this after membership_init. */
void memory_recall(struct core *c, const struct peer_memory *remembered);
/* Called at the end of a step: request a write (ACTION_REMEMBER) if something has changed.  The write is "soon" when
 * the life or the dialect of the peer has changed, when the peer died, when this engine ends, and when a proof of its
 * absence comes or goes.  When only the number has grown, by MEMORY_EVERY, it is not. */
void memory_note(struct core *c);

#endif
