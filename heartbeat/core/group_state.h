// SPDX-License-Identifier: MIT
/* The state of a group.  Only this module changes it.  Private to the modules of ownership. */
#ifndef HEARTBEAT_CORE_GROUP_STATE_H
#define HEARTBEAT_CORE_GROUP_STATE_H

#include "heartbeat/core/ownership.h"

/* What the peer reported about a group, in either dialect. */
struct peer_group {
	enum peer_column said; /* PEER_UNSURE until the peer reports the group in this generation */
	struct mono since;     /* the peer has reported the same since then */
	uint64_t epoch;
	bool acked;            /* the peer reported this after it had read our present state of the group */
};

enum group_failure { FAILURE_NONE, FAILURE_START, FAILURE_RUN };

struct group {
	enum group_state state;
	struct mono since;     /* the start of this state; MONO_NEVER: the start of the engine */
	char reason[128];      /* why the group came into this state */
	uint64_t epoch;
	bool mine;             /* the home of the group is this node */
	bool asked;            /* in CLAIM: an operator ordered a takeover, so the peer is asked to release the group */
	bool peer_had_fewer;   /* when this node claimed the group, fewer ping nodes answered at the peer; ipfail.h */
	/* this node took the group because its home was away: needs_failback of doc/protocol.md 7.4 */
	bool failback_due;
	/* the value of failback_due before the offer; it is restored when the offer is cancelled */
	bool was_due;
	bool conflict_logged;
	/* the peer ran the group as well: clients may still send to its addresses at the peer */
	bool was_there_too;
	/* the number of the first status that reported the present state; 0: none was sent yet */
	uint64_t published;
	/* In CLAIM (with asked) and GIVING: when this node stops waiting for the peer.  In FAILED and STUCK: when the
	 * start or the stop is tried again.  In HELD: when the group may be offered again.  MONO_FAR: no deadline. */
	struct mono deadline;
	unsigned attempts;     /* starts that failed in a row */
	struct mono started;   /* the end of its last start here; MONO_NEVER: none in this life */
	unsigned relapses;     /* attempts before that start; STEADY_MS */
	/* What went wrong while the group was not yet released.  Once it is released, the group is FAILED. */
	enum group_failure failure;
	char why[128];
	char hindrance[128];   /* what hinders the group here, from EVENT_GROUP_READY; "": nothing */
	struct mono hindered_at;
	/* the group went to FAILED while it was hindered: the failure is forgotten when the hindrance ends */
	bool failed_hindered;
	struct peer_group peer;
};

/* Allocate groups that are all 0; NULL: no memory.  There is no spare element behind the last one, so that the
 * sanitizers find a loop that goes too far. */
struct group *group_new_all(size_t count);
/* Change the state of a group: assert that the move is legal, log the reason with the inputs, and request that the
 * state file is written.  Then do what the new state needs: a start, a stop, a deadline, a status at once.  The log
 * line comes before everything that the move causes. */
void group_set_state(struct core *c, size_t group, enum group_state to, const char *reason);
/* The name of a group in the log: its first resource, as it is written in haresources. */
const char *group_key(const struct core *c, size_t group);
bool group_is_hindered(const struct group *group);
/* The time when the peer has reported the same about the group for ABLE_MS.  From then on, the peer may run a group
 * that is hindered here. */
struct mono group_able_at(const struct group *group);
/* A text for people: what hinders the group here, or else its last failure, or else "". */
const char *group_trouble(const struct group *group);

#endif
