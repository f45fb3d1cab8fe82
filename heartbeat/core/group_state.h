// SPDX-License-Identifier: MIT
/* The state of a group, and the only place where it changes.  Private to the modules of ownership. */
#ifndef HEARTBEAT_CORE_GROUP_STATE_H
#define HEARTBEAT_CORE_GROUP_STATE_H

#include "heartbeat/core/ownership.h"

/* What the peer reported about a group, in either dialect. */
struct peer_group {
	enum peer_column said; /* PEER_UNSURE until it reports in this generation */
	struct mono since;     /* it has reported the same since then */
	uint64_t epoch;
	bool acked;            /* it reported this after it had read our present state of the group */
};

enum group_failure { FAILURE_NONE, FAILURE_START, FAILURE_RUN };

struct group {
	enum group_state state;
	struct mono since;     /* of this state; MONO_NEVER: since the start */
	char reason[128];      /* for it */
	uint64_t epoch;
	bool mine;             /* its home is this node */
	bool asked;            /* CLAIM because an operator ordered it: the peer is asked to release the group */
	bool peer_had_fewer;   /* when it was claimed, fewer ping nodes answered at the other node; ipfail.h */
	bool failback_due;     /* taken because its home was away: needs_failback of doc/protocol.md 7.4 */
	/* failback_due as it was before the offer; it is set again when the offer is cancelled */
	bool was_due;
	bool conflict_logged;
	/* the peer had the group as well: clients may still look for its addresses there */
	bool was_there_too;
	uint64_t published;    /* number of the first status with the present state; 0: not sent yet */
	/* When CLAIM (with asked) or GIVING is given up; when FAILED or STUCK is tried again; when HELD may be offered
	 * again.  MONO_FAR: never. */
	struct mono deadline;
	unsigned attempts;     /* starts that failed in a row */
	struct mono started;   /* the end of its last start here; MONO_NEVER: none in this life */
	unsigned relapses;     /* attempts before that start; STEADY_MS */
	/* What went wrong while the group was not yet released.  Once it is released, the group is FAILED. */
	enum group_failure failure;
	char why[128];
	char hindrance[128];   /* "" none: what hinders it here; EVENT_GROUP_READY */
	struct mono hindered_at;
	bool failed_hindered;  /* FAILED while it was hindered: it is forgotten when that is over */
	struct peer_group peer;
};

/* Cleared groups; NULL: no memory.  No element lies behind the last one: the sanitizers must see a loop that goes too
 * far. */
struct group *group_new_all(size_t count);
/* Change the state of a group: asserts that the move is legal, logs the reason with the inputs, has the state file
 * written, and then does what the new state needs: a start, a stop, a deadline, a status at once.  The log line comes
 * before everything that the move causes. */
void group_set_state(struct core *c, size_t group, enum group_state to, const char *reason);
/* The name of a group in logs: its first resource, as in haresources. */
const char *group_key(const struct core *c, size_t group);
bool group_is_hindered(const struct group *group);
/* The peer has reported the same about the group for ABLE_MS: then it may run a group that is hindered here. */
struct mono group_able_at(const struct group *group);
/* For people: what hinders it here, else its last failure, else "". */
const char *group_trouble(const struct group *group);

#endif
