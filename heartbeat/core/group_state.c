// SPDX-License-Identifier: MIT
#include <assert.h>
#include <stdlib.h>

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/state.h"

/* The legal moves of a group on this node.  Any other move is a bug. */
static const unsigned legal[OWN_STATES] = {
	[OWN_UNKNOWN]  = 1u << OWN_NONE | 1u << OWN_STUCK,
	[OWN_NONE]     = 1u << OWN_CLAIM | 1u << OWN_STARTING,
	[OWN_CLAIM]    = 1u << OWN_NONE | 1u << OWN_STARTING,
	[OWN_STARTING] = 1u << OWN_HELD | 1u << OWN_FAILED | 1u << OWN_STUCK | 1u << OWN_STOPPING,
	[OWN_HELD]     = 1u << OWN_GIVING | 1u << OWN_STOPPING,
	[OWN_GIVING]   = 1u << OWN_HELD | 1u << OWN_STOPPING,
	[OWN_STOPPING] = 1u << OWN_NONE | 1u << OWN_STUCK | 1u << OWN_FAILED,
	[OWN_FAILED]   = 1u << OWN_CLAIM | 1u << OWN_STARTING | 1u << OWN_NONE,
	[OWN_STUCK]    = 1u << OWN_STOPPING,
};

static const char *const state_names[OWN_STATES] = {
	"unknown", "none", "claim", "starting", "held", "giving", "stopping", "failed", "stuck"};
static const char *const column_names[PEER_COLUMNS] = {"away", "unsure", "none", "leaving", "failed", "claims it",
	"asks for it", "starting", "held", "giving", "stopping", "stuck"};

struct group *group_new_all(size_t count)
{
	return calloc(count ? count : 1, sizeof(struct group));
}

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

bool group_is_hindered(const struct group *group)
{
	return group->hindrance[0] != 0;
}

struct mono group_able_at(const struct group *group)
{
	return mono_add(group->peer.since, span_ms(ABLE_MS));
}

const char *group_trouble(const struct group *group)
{
	return group_is_hindered(group) ? group->hindrance : group->why;
}

enum peer_column ownership_column(const struct core *c, size_t g)
{
	bool up = c->phase >= PHASE_ACTIVE, alone = c->peer == c->self || c->nodes[c->peer].status == NODE_DEAD;
	enum peer_column said = alone ? PEER_AWAY : c->groups[g].peer.said;
	/* This node is not active yet, and stays so for long if a ping node is down.  Then the absence of the peer does
	 * not count, but its reports about groups that it runs do: if both nodes run a group, one of them must release
	 * it also now. */
	if (!up && (said == PEER_AWAY || said == PEER_LEAVING))
		return PEER_UNSURE;
	if (said != PEER_AWAY || c->peer == c->self)
		return said;
	return proof_allows_takeover(c) ? PEER_AWAY : PEER_UNSURE;
}

/* The pause until the next attempt, after this number of failures in a row. */
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
		"if it cannot, this node tries again in %lld s, or at once after hb_takeover here.",
		group_key(c, g), group->failure == FAILURE_RUN ? "it failed" : "start failed", group->why,
		group->attempts, (long long)ms / 1000);
	if (ownership_column(c, g) == PEER_FAILED)
		core_log(c, LOG_LEVEL_CRIT,
			"Group %s has failed on both nodes: nobody runs it. Repair it, then run hb_cleanup; until then the nodes try it in "
			"turns, after longer and longer pauses.",
			group_key(c, g));
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
	decisions_note(c, g, to, column, reason);
	group->state = to;
	group->since = c->now.mono;
	/* a long text is cut, because it is for people */
	(void)bytes_to_text(bytes_of(reason), group->reason, sizeof group->reason);
	group->published = 0;
	group->peer.acked = false;
	group->conflict_logged = false;
	group->deadline = MONO_FAR;
	beat_soon(c);
	if (from == OWN_GIVING && to == OWN_HELD)
		group->failback_due = group->was_due;
	if (to == OWN_STARTING) /* a new owner gets a higher epoch than all epochs that either side has seen */
		group->epoch = (group->epoch > group->peer.epoch ? group->epoch : group->peer.epoch) + 1;
	core_log(c, LOG_LEVEL_INFO, "Group %s: %s -> %s: %s [%s: %s, epoch %llu]", group_key(c, g),
		group_state_name(from), group_state_name(to), reason, node_peer_name(c), peer_column_name(column),
		(unsigned long long)group->epoch);
	/* Record this before anything starts: if this engine is killed during the start, the next engine must not
	 * believe that the whole group runs here. */
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
		group->failed_hindered = group_is_hindered(group);
		break;
	case OWN_STUCK:
		entry_stuck(c, g);
		break;
	case OWN_HELD:
		group->failure = FAILURE_NONE;
		if (from == OWN_STARTING) {
			group->started = c->now.mono;
			group->relapses = group->attempts;
		}
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
