// SPDX-License-Identifier: MIT
/* A group's state: the names, the legal moves, and the one place where it changes. */
#include <assert.h>

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/state.h"

/* Legal moves of our side; anything else is a bug of ours. */
static const unsigned legal[OWN_STATES] = {
	[OWN_UNKNOWN]  = 1u << OWN_NONE | 1u << OWN_STUCK,
	[OWN_NONE]     = 1u << OWN_CLAIM | 1u << OWN_STARTING,
	[OWN_CLAIM]    = 1u << OWN_NONE | 1u << OWN_STARTING,
	[OWN_STARTING] = 1u << OWN_HELD | 1u << OWN_FAILED | 1u << OWN_STUCK | 1u << OWN_STOPPING,
	[OWN_HELD]     = 1u << OWN_GIVING | 1u << OWN_STOPPING,
	[OWN_GIVING]   = 1u << OWN_HELD | 1u << OWN_STOPPING,
	[OWN_STOPPING] = 1u << OWN_NONE | 1u << OWN_STUCK | 1u << OWN_FAILED,
	[OWN_FAILED]   = 1u << OWN_CLAIM | 1u << OWN_STARTING,
	[OWN_STUCK]    = 1u << OWN_STOPPING,
};

static const char *const state_names[OWN_STATES] = {
	"unknown", "none", "claim", "starting", "held", "giving", "stopping", "failed", "stuck"};
static const char *const column_names[PEER_COLUMNS] = {"away", "unsure", "none", "leaving", "failed", "claims it",
	"asks for it", "starting", "held", "giving", "stopping", "stuck"};

const char *group_state_name(enum group_state s)
{
	return s < OWN_STATES ? state_names[s] : "?";
}

const char *peer_column_name(enum peer_column p)
{
	return p < PEER_COLUMNS ? column_names[p] : "?";
}

bool ownership_is_active(enum group_state s)
{
	return s == OWN_UNKNOWN || s == OWN_STARTING || s == OWN_HELD || s == OWN_GIVING || s == OWN_STOPPING ||
	       s == OWN_STUCK;
}

const char *group_key(const struct core *c, size_t g)
{
	return c->resources->groups[g].key;
}

enum peer_column ownership_column(const struct core *c, size_t g)
{
	bool up = c->phase >= PHASE_ACTIVE, alone = c->peer == c->self || c->nodes[c->peer].status == NODE_DEAD;
	enum peer_column said = alone ? PEER_AWAY : c->groups[g].peer.said;
	/* While we are coming up (a ping host may hold that up) only what the peer says that it has counts: one of two
	 * owners gives way also then. */
	if (!up && (said == PEER_AWAY || said == PEER_LEAVING))
		return PEER_UNSURE;
	if (said != PEER_AWAY || c->peer == c->self)
		return said;
	/* No proof, no takeover: after a stall of our own, where one speaks that does not prove itself, and where
	 * fencing is configured.  doc/fencing.md R1, R5 */
	bool proof = c->peer_left || !c->fencing || c->peer_fenced;
	return proof && mono_reached(c->now.mono, c->takeover_not_before) ? PEER_AWAY : PEER_UNSURE;
}

/* Until the next try, after so many that failed in a row. */
static int64_t retry_pause_ms(unsigned attempts)
{
	int64_t ms = RETRY_MS;
	for (unsigned i = START_ATTEMPTS; i <= attempts && ms < LATER_MS; i++)
		ms *= 2;
	return ms < LATER_MS ? ms : LATER_MS;
}

static void entry_failed(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	int64_t ms = retry_pause_ms(++group->attempts);
	group->deadline = mono_add(c->now.mono, span_ms(ms));
	core_log(c, LOG_LEVEL_CRIT,
		"Giving up resources of group %s: %s here (%s), try %u. The other node is asked to run it; "
		"if it cannot, we try again in %lld s, at once with hb_takeover here.",
		group_key(c, g), group->failure == FAILURE_RUN ? "it failed" : "start failed", group->why,
		group->attempts, (long long)ms / 1000);
}

static void entry_stuck(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	group->deadline = mono_add(c->now.mono, span_ms(RETRY_MS));
	core_log(c, LOG_LEVEL_CRIT,
		"Resource STOP failure: group %s may still run here (%s). It is not given to %s; stopping is tried again in 30 s.",
		group_key(c, g), group->why, node_peer_name(c));
}

void group_set_state(struct core *c, size_t g, enum group_state to, const char *reason)
{
	struct group *group = &c->groups[g];
	enum group_state from = group->state;
	assert(legal[from] & 1u << to);
	enum peer_column column = ownership_column(c, g);
	group->state = to;
	group->published = 0;
	group->peer.acked = false;
	group->conflict_logged = false;
	group->deadline = MONO_FAR;
	beat_soon(c);
	if (from == OWN_GIVING && to == OWN_HELD)
		group->failback_due = group->was_due;
	if (to == OWN_STARTING) /* a new ownership: newer than any that either side has seen */
		group->epoch = (group->epoch > group->peer.epoch ? group->epoch : group->peer.epoch) + 1;
	core_log(c, LOG_LEVEL_INFO, "Group %s: %s -> %s: %s [%s: %s, epoch %llu]", group_key(c, g),
		group_state_name(from), group_state_name(to), reason, node_peer_name(c), peer_column_name(column),
		(unsigned long long)group->epoch);
	/* Written down before anything begins: an engine killed in the middle must not be believed to hold it whole. */
	action_holdings(c);
	switch (to) {
	case OWN_STARTING:
		action_add(c, ACTION_GROUP_START)->group.group = g;
		break;
	case OWN_STOPPING:
		action_add(c, ACTION_GROUP_STOP)->group.group = g;
		break;
	case OWN_FAILED:
		entry_failed(c, g);
		group->failure = FAILURE_NONE;
		break;
	case OWN_STUCK:
		entry_stuck(c, g);
		break;
	case OWN_HELD:
		group->failure = FAILURE_NONE;
		group->attempts = 0;
		group->why[0] = 0;
		break;
	case OWN_GIVING:
		group->deadline = mono_add(c->now.mono, span_ms(ASK_MS));
		break;
	case OWN_CLAIM:
		if (group->asked)
			group->deadline = mono_add(c->now.mono, span_ms(ASK_MS));
		break;
	default:
		break;
	}
	if (to != OWN_CLAIM)
		group->asked = false;
}
