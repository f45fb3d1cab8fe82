// SPDX-License-Identifier: MIT
/* Keeps the last decisions about groups, each with the data behind it, for heartbeat --explain.  Decides nothing.  The
 * decisions are lost when the engine ends; the log has them too. */
#ifndef HEARTBEAT_CORE_DECISIONS_H
#define HEARTBEAT_CORE_DECISIONS_H

#include "heartbeat/core/ownership.h"
#include "heartbeat/core/phase.h"
#include "heartbeat/core/proof.h"

enum { DECISIONS_KEPT = 64, DECISION_TEXT_MAX = 128 };

struct decision {
	uint32_t group_id; /* the id, because the index can change in a reload */
	uint64_t wall_s;
	struct mono at;
	enum group_state from, to;
	char reason[DECISION_TEXT_MAX];
	/* what this node knew at that time */
	enum peer_column column;       /* of the table in ownership.h */
	enum phase phase;
	const char *peer_status;       /* a constant; "" without a peer */
	struct span peer_silent;       /* the time since the last status of the peer; negative: never heard */
	enum proof_kind proof;
	bool proof_required, acked, asked;
	uint64_t epoch, peer_epoch;
	char hindrance[DECISION_TEXT_MAX]; /* "" none */
};

struct decisions {
	struct decision ring[DECISIONS_KEPT];
	uint64_t count; /* since the start of the engine */
};

/* Note that a group moves from its present state to another state.  Call this before the state changes.  column: the
 * present column of the table in ownership.h. */
void decisions_note(
	struct core *c, size_t group, enum group_state to, enum peer_column column, const char *reason);

#endif
