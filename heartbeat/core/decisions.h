// SPDX-License-Identifier: MIT
/* The last decisions about groups, each with what it was based on, for heartbeat --explain.  Nothing is decided by
 * them; they are lost with the engine, and the log has them too. */
#ifndef HEARTBEAT_CORE_DECISIONS_H
#define HEARTBEAT_CORE_DECISIONS_H

#include "heartbeat/core/ownership.h"
#include "heartbeat/core/phase.h"
#include "heartbeat/core/proof.h"

enum { DECISIONS_KEPT = 64, DECISION_TEXT_MAX = 128 };

struct decision {
	uint32_t group_id; /* which outlives a reload */
	uint64_t wall_s;
	struct mono at;
	enum group_state from, to;
	char reason[DECISION_TEXT_MAX];
	/* what was known then */
	enum peer_column column;       /* of the table in ownership.h */
	enum phase phase;
	const char *peer_status;       /* a constant; "" without a peer */
	struct span peer_silent;       /* since its last status; negative: never heard */
	enum proof_kind proof;
	bool proof_required, acked, asked;
	uint64_t epoch, peer_epoch;
	char hindrance[DECISION_TEXT_MAX]; /* "" none */
};

struct decisions {
	struct decision ring[DECISIONS_KEPT];
	uint64_t count; /* since the start of the engine */
};

/* The group moves from its present state to another one; call it before anything changes.  column: of the table now. */
void decisions_note(
	struct core *c, size_t group, enum group_state to, enum peer_column column, const char *reason);

#endif
