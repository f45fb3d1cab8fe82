// SPDX-License-Identifier: MIT
/* The first table of ownership.h: what to do with a group in each state, for each report of the peer. */
#include "heartbeat/core/ownership.h"

#include <string.h>

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/rivals.h"
#include "heartbeat/core/state.h"

enum verdict {
	STAY,
	START,         /* start at once, because no other node can run it */
	CLAIM,         /* announce that we want to start it */
	CLAIM_ABLE,    /* claim, but only if the peer should not go first ("able?") */
	/* as CLAIM_ABLE, but only if the home is here or the peer believes that the group runs here ("home?") */
	CLAIM_HOME,
	START_ACKED,   /* start if the peer has answered our claim */
	TIE,
	ASKED,         /* go on asking if an operator ordered it; otherwise withdraw */
	WITHDRAW,
	CONFLICT,
	RELEASE,
	LEAVE,         /* release it if it is hindered here; offer it to its home if that is due */
	CANCEL,        /* keep the group */
	RETRY,         /* start or claim again if the deadline is reached */
};

/* The columns have the order of enum peer_column. */
/* clang-format off */
static const enum verdict table[OWN_STATES][PEER_COLUMNS] = {
	/*                 AWAY    UNSURE  NONE         LEAVING      FAILED       CLAIM    ASK      STARTING  HELD      GIVING    STOPPING STUCK */
	[OWN_UNKNOWN]  = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
	[OWN_NONE]     = { START,  STAY,   CLAIM_HOME,  START,       CLAIM,       STAY,    STAY,    STAY,     STAY,     CLAIM_ABLE, STAY,  STAY },
	[OWN_CLAIM]    = { START,  STAY,   START_ACKED, START,       START_ACKED, TIE,     TIE,     ASKED,    ASKED,    STAY,     STAY,    WITHDRAW },
	[OWN_STARTING] = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    CONFLICT, CONFLICT, CONFLICT, STAY,    STAY },
	[OWN_HELD]     = { STAY,   STAY,   LEAVE,       STAY,        STAY,        STAY,    RELEASE, CONFLICT, CONFLICT, CONFLICT, STAY,    STAY },
	[OWN_GIVING]   = { CANCEL, CANCEL, STAY,        CANCEL,      CANCEL,      RELEASE, RELEASE, CONFLICT, CONFLICT, CONFLICT, STAY,    CANCEL },
	[OWN_STOPPING] = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
	[OWN_FAILED]   = { RETRY,  STAY,   STAY,        RETRY,       RETRY,       STAY,    STAY,    STAY,     STAY,     CLAIM_ABLE, STAY,  STAY },
	[OWN_STUCK]    = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
};
/* clang-format on */
/* --- the conditions of the table in ownership.h --- */

static bool digests_differ(const struct core *c)
{
	return c->native.digest && c->native.digest != c->resources->digest;
}

/* Returns true if our claim wins.  The two nodes must come to opposite answers, also when their files differ. */
static bool tie_is_ours(const struct core *c, size_t g, bool they_ask)
{
	const struct group *group = &c->groups[g];
	if (group->asked != they_ask)
		return group->asked;
	if (digests_differ(c))
		return strcmp(c->node_name, node_peer_name(c)) < 0;
	return group->mine;
}

static bool home_is_here(const struct core *c, size_t g)
{
	/* When the files differ, each node may believe that the other node is the home.  Then the node with the lower
	 * name acts. */
	return digests_differ(c) ? strcmp(c->node_name, node_peer_name(c)) < 0 : c->groups[g].mine;
}

static bool conflict_is_ours(const struct core *c, size_t g)
{
	const struct group *group = &c->groups[g];
	/* The classic dialect has no epochs (0).  Then the home keeps the group; Heartbeat 3.0.6 decides the same. */
	if (group->peer.epoch && group->epoch != group->peer.epoch)
		return group->epoch > group->peer.epoch;
	return tie_is_ours(c, g, false);
}

static bool may_start(const struct core *c)
{
	return c->phase == PHASE_ACTIVE && !namesake_is_there(c) && rivals_allow_start(c);
}

static void start(struct core *c, size_t g, const char *reason)
{
	struct group *group = &c->groups[g];
	enum peer_column column = ownership_column(c, g);
	group->failback_due =
		!group->mine && (column == PEER_AWAY || column == PEER_LEAVING || group->peer_had_fewer);
	group->peer_had_fewer = false;
	group_set_state(c, g, OWN_STARTING, reason);
}

static void claim(struct core *c, size_t g, const char *reason)
{
	c->groups[g].peer_had_fewer = ipfail_peer_has_fewer(c);
	group_set_state(c, g, OWN_CLAIM, reason);
}

static void conflict(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	const struct node *peer = node_peer(c);
	bool ours = conflict_is_ours(c, g);
	/* If later numbers of the peer are missing, this status was sent again, and its report may be out of date.  The
	 * next status comes within a keepalive (plan conflict-with-the-past). */
	if (!ours && sequence_missing_after(&peer->sequence, peer->status_seq))
		return;
	if (!group->conflict_logged)
		core_log(c, LOG_LEVEL_CRIT, "Both machines own group %s: our epoch is %llu, that of %s is %llu; %s",
			group_key(c, g), (unsigned long long)group->epoch, node_peer_name(c),
			(unsigned long long)group->peer.epoch,
			ours ? "we keep it and announce its addresses again" : "we release it now");
	if (!ours) {
		group_set_state(c, g, OWN_STOPPING, "two owners, and the other one keeps it");
		return;
	}
	if (!group->conflict_logged && group->state != OWN_STARTING)
		action_add(c, ACTION_GROUP_ANNOUNCE)->group.group = g;
	group->conflict_logged = true;
}

static bool failback_wanted(const struct core *c, size_t g)
{
	const struct group *group = &c->groups[g];
	bool waits = group->deadline.ns != MONO_FAR.ns && !mono_reached(c->now.mono, group->deadline);
	return c->conf->failback != FAILBACK_OFF && group->failback_due && !group->mine && !waits && may_start(c) &&
	       c->nodes[c->peer].status == NODE_ACTIVE && ipfail_allows_failback(c);
}

/* Returns true if the group is hindered here, and the peer has been able to run it for some time and was heard after
 * the hindrance began.  That the peer was heard shows that the network between the nodes still works. */
static bool peer_runs_it_better(const struct core *c, size_t g)
{
	const struct group *group = &c->groups[g];
	const struct node *peer = &c->nodes[c->peer];
	return group_is_hindered(group) && may_start(c) && peer->status == NODE_ACTIVE &&
	       peer->last_status.ns > group->hindered_at.ns &&
	       mono_reached(c->now.mono, group_able_at(group));
}

/* Returns true if a start would fail here, or fewer ping nodes answer here, and the dialect reports this to the
 * peer. */
static bool peer_goes_first(const struct core *c, size_t g)
{
	return (group_is_hindered(&c->groups[g]) || ipfail_is_worse(c)) && c->dialect->tells_hindrance;
}

/* A node that is cut off takes nothing over from a silent peer (doc/fencing.md R9); a node that may have older data
 * does not either (R13). */
static bool may_start_beside(const struct core *c, enum peer_column column)
{
	return may_start(c) && !(column == PEER_AWAY && (ipfail_is_isolated(c) || memory_waits_as_stale(c)));
}

static bool retry_now(const struct core *c, const struct group *group, enum peer_column column)
{
	return may_start_beside(c, column) && mono_reached(c->now.mono, group->deadline);
}

/* These log texts are those of Heartbeat 3.0.6, because monitoring searches for them
 * (doc/commands.md 5.1.10, 5.1.15, 5.1.16).  The half in the text is named from the point of view of the node that
 * gives it away. */
static void log_acquisition(struct core *c, const struct group *group, enum peer_column column)
{
	const char *half = half_name(group->mine ? HALF_FOREIGN : HALF_LOCAL);
	if (column == PEER_GIVING) {
		core_log(c, LOG_LEVEL_INFO, "%s wants to go standby [%s]", node_peer_name(c), half);
		core_log(c, LOG_LEVEL_INFO, "standby: acquire [%s] resources from %s", half, node_peer_name(c));
	} else if (column == PEER_LEAVING) {
		core_log(c, LOG_LEVEL_INFO, "Resources being acquired from %s.", node_peer_name(c));
	}
}

/* Do what the cell of the table says for a group. */
static void apply(struct core *c, size_t g, enum peer_column column)
{
	struct group *group = &c->groups[g];
	switch (table[group->state][column]) {
	case STAY:
		break;
	case START:
		if (!may_start_beside(c, column))
			break;
		log_acquisition(c, group, column);
		start(c, g,
			c->peer == c->self       ? "there is no other node"
			: column == PEER_LEAVING ? "the other node leaves"
						 : "the other node is away");
		break;
	case CLAIM:
		if (may_start(c))
			claim(c, g, "the other node failed to start it");
		break;
	case CLAIM_ABLE:
		if (!may_start(c) || peer_goes_first(c, g))
			break;
		log_acquisition(c, group, column);
		claim(c, g, "the other node offers it");
		break;
	case CLAIM_HOME:
		if (!may_start(c) || peer_goes_first(c, g))
			break;
		if (home_is_here(c, g))
			claim(c, g, "its home is here and nobody runs it");
		else if (c->dialect->peer_relies_on(c, g))
			claim(c, g, "the other node believes that it runs here, and nobody runs it");
		break;
	case START_ACKED:
		if (may_start(c) && c->dialect->acknowledged(c, g))
			start(c, g, "the other node reports that it does not run it");
		break;
	case TIE:
		if (!tie_is_ours(c, g, column == PEER_ASK))
			group_set_state(c, g, OWN_NONE, "the other node also claims this group and has priority");
		break;
	case ASKED:
		if (!group->asked)
			group_set_state(c, g, OWN_NONE, "the other node runs it");
		break;
	case WITHDRAW:
		group_set_state(c, g, OWN_NONE, "the other node cannot stop it");
		break;
	case CONFLICT:
		conflict(c, g);
		break;
	case RELEASE:
		core_log(c, LOG_LEVEL_INFO, "standby: %s can take our %s resources", node_peer_name(c),
			half_name(group->mine ? HALF_LOCAL : HALF_FOREIGN));
		group_set_state(c, g, OWN_STOPPING,
			group->state == OWN_GIVING ? "the other node takes it"
						   : "an operator on the other node asks for it");
		break;
	case LEAVE:
		if (peer_runs_it_better(c, g))
			ownership_group_failed(c, g, group->hindrance);
		else if (failback_wanted(c, g))
			ownership_give(c, g, "its home is back (auto_failback)");
		break;
	case CANCEL:
		group_set_state(c, g, OWN_HELD, "the other node cannot take it");
		break;
	case RETRY:
		if (retry_now(c, group, column)) {
			if (column != PEER_FAILED)
				start(c, g, "trying again");
			else
				claim(c, g, "trying again");
		}
		break;
	}
}

/* While both nodes ran the group, clients may have found its address at the peer.  Announce the address again after the
 * peer has released the group; before that, the kernel of the peer still answers.  The peer may release the group so
 * quickly that we receive no report that it held it. */
static void announce_when_alone_again(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	enum peer_column column = ownership_column(c, g);
	if (group->state != OWN_STARTING && group->state != OWN_HELD)
		group->was_there_too = false;
	else if (column >= PEER_STARTING)
		group->was_there_too = true;
	else if (group->was_there_too && group->state == OWN_HELD && column != PEER_UNSURE) {
		group->was_there_too = false;
		core_log(c, LOG_LEVEL_INFO, "Group %s runs here only: its addresses are announced again",
			group_key(c, g));
		action_add(c, ACTION_GROUP_ANNOUNCE)->group.group = g;
	}
}

bool ownership_settle(struct core *c)
{
	bool moved = false;
	/* Each pass moves a group by one state at most.  No path through the table has more steps than there are
	 * states. */
	for (unsigned pass = 0; pass < OWN_STATES; pass++) {
		bool changed = false;
		for (size_t g = 0; g < c->group_count; g++) {
			enum group_state before = c->groups[g].state;
			announce_when_alone_again(c, g);
			apply(c, g, ownership_column(c, g));
			changed |= c->groups[g].state != before;
		}
		if (!changed)
			break;
		moved = true;
	}
	return moved;
}
