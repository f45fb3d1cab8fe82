// SPDX-License-Identifier: MIT
/* The one place where a group changes its state; private to the ownership rooms. */
#ifndef HEARTBEAT_CORE_GROUP_STATE_H
#define HEARTBEAT_CORE_GROUP_STATE_H

#include "heartbeat/core/ownership.h"

/* What the peer has said about a group, in either dialect. */
struct peer_group {
	enum peer_column said; /* PEER_UNSURE until it spoke in this generation */
	uint64_t epoch;
	bool acked;            /* it said so knowing our present state of the group */
};

enum group_failure { FAILURE_NONE, FAILURE_START, FAILURE_RUN };

struct group {
	enum group_state state;
	uint64_t epoch;
	bool mine;             /* its home is this node */
	bool asked;            /* CLAIM at an operator's word: the peer is to release it */
	bool failback_due;     /* taken because its home was away: needs_failback of doc/protocol.md 7.4 */
	bool was_due;          /* the same, before it was offered: kept when the offer is cancelled */
	bool conflict_logged;
	bool was_there_too;    /* the peer had it beside us: clients may still look for its addresses there */
	uint64_t published;    /* number of the first status that carried the present state; 0: not yet sent */
	/* of CLAIM with asked, GIVING; retry of FAILED, STUCK; HELD: not offered before; MONO_FAR none */
	struct mono deadline;
	unsigned attempts;     /* starts that failed in a row */
	/* what goes wrong here while it is not yet released: it has failed here once it is */
	enum group_failure failure;
	char why[128];
	struct peer_group peer;
};

/* Move a group to a state: asserts that the move is legal (anything else is a bug of ours), logs the why with the
 * inputs, writes the holdings down, then does the entry work: start, stop, deadlines, a status at once.  The log line
 * comes first, what it causes after it. */
void group_set_state(struct core *c, size_t group, enum group_state to, const char *reason);
const char *group_key(const struct core *c, size_t group);

#endif
