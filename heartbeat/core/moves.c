// SPDX-License-Identifier: MIT
#include "heartbeat/core/moves.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/rivals.h"
#include "heartbeat/core/state.h"

static void move_end(struct core *c, struct move *m, bool ok, const char *text)
{
	core_log(c, ok ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "%s [%s] %s: %s", m->takeover ? "Takeover" : "Standby",
		half_name(m->half), ok ? "completed" : "did not succeed", text);
	if (m->id) {
		struct action *a = action_add(c, ACTION_MOVE_DONE);
		a->move_done.id = m->id;
		a->move_done.ok = ok;
		a->move_done.text = action_text(c, "%s", text);
	}
	m->active = false;
}

/* Returns why a move cannot begin now; NULL: it can. */
static const char *objection(struct core *c, bool takeover)
{
	const struct node *peer = node_peer(c);
	if (c->phase == PHASE_LEAVING || c->phase == PHASE_GONE)
		return action_text(c, "this node is shutting down");
	if (c->phase != PHASE_ACTIVE)
		return action_text(
			c, "this node is still starting: it has not heard every node yet, and initdead has not passed");
	if (namesake_is_there(c) || rivals_are_two(c))
		return action_text(c, "two machines have the same name or uuid: the log names them");
	if (!takeover && !peer)
		return action_text(c, "there is no other node to take the resources");
	if (!takeover && peer->status != NODE_ACTIVE)
		return action_text(c,
			"standby message [me] from %s ignored: the other node %s is %s, nobody could take over",
			c->node_name, peer->name, node_status_name(peer->status));
	if (peer && peer->status != NODE_DEAD && !c->dialect->at_rest(c))
		return action_text(c,
			"%s message from %s ignored.  resources in flux: the two nodes are not stable yet, ask again in a few seconds",
			takeover ? "takeover" : "standby", c->node_name);
	return NULL;
}

/* What a takeover must do with a group.  A takeover can also cancel an earlier standby order: the last order wins. */
static enum move_part takeover_part(struct core *c, size_t g, const char *reason)
{
	struct group *group = &c->groups[g];
	switch (group->state) {
	case OWN_HELD:
		return MOVE_OUT;
	case OWN_GIVING:
		group->was_due = false; /* so that auto_failback does not offer it again */
		group_set_state(c, g, OWN_HELD, "an operator wants it here");
		return MOVE_FOLLOW;
	case OWN_STOPPING: /* it is being given to the other node */
	case OWN_UNKNOWN:
		return MOVE_ASK_WHEN_STOPPED;
	case OWN_NONE:
	case OWN_FAILED:
		ownership_ask(c, g, reason);
		return MOVE_FOLLOW;
	default: /* it is starting here; or it is stuck, and move_follow reports that */
		return MOVE_FOLLOW;
	}
}

static enum move_part standby_part(struct core *c, size_t g, const char *reason)
{
	switch (c->groups[g].state) {
	case OWN_NONE:
	case OWN_FAILED:
		return MOVE_OUT;
	case OWN_CLAIM:
	case OWN_STARTING:
		return MOVE_OFFER_WHEN_HELD;
	case OWN_HELD:
		ownership_give(c, g, reason);
		return MOVE_FOLLOW;
	default: /* it is leaving this node already; or it is stuck, and move_follow reports that */
		return MOVE_FOLLOW;
	}
}

void move_begin(struct core *c, bool takeover, enum half half, unsigned id, const char *reason)
{
	struct move *m = NULL;
	for (size_t i = 0; i < CORE_MOVES_MAX && !m; i++)
		if (!c->moves[i].active)
			m = &c->moves[i];
	struct move refused = {.active = true};
	const char *why = objection(c, takeover);
	if (!m || why) {
		m = &refused;
		why = why ? why : "too many moves are in progress";
	}
	*m = (struct move){.active = true,
		.takeover = takeover,
		.half = half,
		.id = id,
		.reason = reason ? reason : takeover ? "an operator asks for it here" : "an operator ordered standby",
		.deadline = mono_add(c->now.mono, span_ms(MOVE_MS))};
	if (why) {
		move_end(c, m, false, why);
		return;
	}
	core_log(c, LOG_LEVEL_INFO, takeover ? "%s takes over [%s]" : "%s wants to go standby [%s]", c->node_name,
		half_name(half));
	if (takeover)
		halves_add(c, half);
	else
		halves_remove(c, half);
	for (size_t g = 0; g < c->group_count; g++) {
		if (!ownership_in_half(c, g, half))
			continue;
		m->groups[g] = takeover ? takeover_part(c, g, m->reason) : standby_part(c, g, m->reason);
		m->moves |= m->groups[g] != MOVE_OUT;
	}
	c->dialect->moved(c, takeover, half);
	beat_soon(c);
}

enum progress { GOES_ON, IS_DONE, HAS_FAILED };

static enum progress standby_progress(struct core *c, struct move *m, size_t g)
{
	struct group *group = &c->groups[g];
	enum peer_column column = ownership_column(c, g);
	switch (group->state) {
	/* the standby was ordered while the group was still starting (then offer it now), or the offer was cancelled
	 * (then fail) */
	case OWN_HELD:
		if (m->groups[g] == MOVE_FOLLOW)
			return HAS_FAILED;
		m->groups[g] = MOVE_FOLLOW;
		ownership_give(c, g, m->reason);
		return GOES_ON;
	case OWN_STUCK:
		return HAS_FAILED;
	case OWN_NONE:
	case OWN_FAILED:
		return column == PEER_HELD                                                    ? IS_DONE
		       : column == PEER_FAILED || column == PEER_AWAY || column == PEER_STUCK ? HAS_FAILED
		                                                                              : GOES_ON;
	/* the group is still starting here; or the peer could not start it, and this node takes it back */
	case OWN_CLAIM:
		return m->groups[g] == MOVE_OFFER_WHEN_HELD ? GOES_ON : HAS_FAILED;
	default:
		return GOES_ON;
	}
}

static enum progress takeover_progress(struct core *c, struct move *m, size_t g)
{
	if (m->groups[g] == MOVE_ASK_WHEN_STOPPED) {
		enum group_state s = c->groups[g].state;
		if (s == OWN_STOPPING || s == OWN_UNKNOWN)
			return GOES_ON;
		m->groups[g] = MOVE_FOLLOW;
		if (c->dialect->takes_back)
			ownership_ask(c, g, m->reason);
	}
	switch (c->groups[g].state) {
	case OWN_HELD:
		return IS_DONE;
	case OWN_CLAIM:
	case OWN_STARTING:
		return GOES_ON;
	default:
		return HAS_FAILED;
	}
}

/* The name of a state for a sentence: "group web is ... here". */
static const char *here(enum group_state s)
{
	return s == OWN_NONE ? "not" : s == OWN_CLAIM ? "coming back" : group_state_name(s);
}

static void move_follow(struct core *c, struct move *m)
{
	bool waiting = false;
	for (size_t g = 0; g < c->group_count; g++) {
		if (m->groups[g] == MOVE_OUT)
			continue;
		enum progress p = m->takeover ? takeover_progress(c, m, g) : standby_progress(c, m, g);
		if (p == HAS_FAILED) {
			const struct group *group = &c->groups[g];
			const char *trouble = group_trouble(group);
			move_end(c, m, false,
				action_text(c, "group %s is %s here%s%s, on the other node: %s",
					c->resources->groups[g].key, here(group->state), *trouble ? ": " : "", trouble,
					peer_column_name(ownership_column(c, g))));
			return;
		}
		waiting |= p == GOES_ON;
	}
	if (waiting && mono_reached(c->now.mono, m->deadline))
		move_end(c, m, false, "not finished within an hour");
	else if (!waiting && !m->moves)
		move_end(c, m, true, m->takeover ? "no group of it ran elsewhere" : "no group of it ran here");
	else if (!waiting && !m->takeover) {
		core_log(c, LOG_LEVEL_INFO, "Other node completed standby takeover of %s resources.",
			half_name(m->half));
		move_end(c, m, true, "the other node runs them");
	} else if (!waiting) {
		move_end(c, m, true, "they run here");
	}
}

void move_cancel(struct core *c, const char *reason, const char *text)
{
	for (size_t i = 0; i < CORE_MOVES_MAX; i++) {
		struct move *m = &c->moves[i];
		if (!m->active || m->reason != reason)
			continue;
		for (size_t g = 0; g < c->group_count; g++)
			if (m->groups[g] != MOVE_OUT && c->groups[g].state == OWN_GIVING)
				group_set_state(c, g, OWN_HELD, text);
		move_end(c, m, false, text);
	}
}

void move_settle(struct core *c)
{
	for (size_t i = 0; i < CORE_MOVES_MAX; i++)
		if (c->moves[i].active)
			move_follow(c, &c->moves[i]);
}

struct mono move_deadline(const struct core *c)
{
	struct mono next = MONO_FAR;
	for (size_t i = 0; i < CORE_MOVES_MAX; i++)
		if (c->moves[i].active)
			next = mono_min(next, c->moves[i].deadline);
	return next;
}
