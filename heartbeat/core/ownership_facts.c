// SPDX-License-Identifier: MIT
/* What changes a group beside the first table (reports of the peer, ends of scripts, time, orders), and summaries over
 * all groups. */
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/group_state.h"
#include "heartbeat/core/ownership.h"
#include "heartbeat/core/state.h"

/* --- what changes a group --- */

void ownership_init(struct core *c, const struct adopted *adopted, size_t count)
{
	for (size_t g = 0; g < c->group_count; g++) {
		struct group *group = &c->groups[g];
		group->state = OWN_NONE;
		group->mine = strcmp(c->resources->groups[g].home, c->node_name) == 0;
		group->deadline = MONO_FAR;
		group->peer.said = PEER_UNSURE;
		for (size_t i = 0; i < count; i++) {
			if (adopted[i].group_id != c->resources->groups[g].id)
				continue;
			group->epoch = adopted[i].epoch;
			group->failback_due = adopted[i].failback_due && !group->mine;
			action_holdings(c);
			bool stops = adopted[i].clean_up || adopted[i].unverified;
			group->state = stops ? OWN_UNKNOWN : OWN_HELD;
			if (stops)
				action_add(c, ACTION_GROUP_STOP)->group.group = g;
			if (adopted[i].unverified)
				continue; /* usually nothing runs; exec logs what it finds */
			if (stops)
				core_log(c, LOG_LEVEL_WARN,
					"Group %s was left behind by an engine that died: it is stopped before this node joins",
					group_key(c, g));
			else
				core_log(c, LOG_LEVEL_INFO, "Group %s already ran here before this engine started: it keeps running",
					group_key(c, g));
		}
	}
}

void ownership_retry_at_once(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	if (group->state != OWN_FAILED)
		return;
	group->attempts = 0;
	group->deadline = c->now.mono;
}

void ownership_peer_says(struct core *c, size_t g, enum peer_column said, uint64_t epoch, bool acked)
{
	struct peer_group *peer = &c->groups[g].peer;
	if (said != peer->said && (said == PEER_LEAVING || said == PEER_AWAY))
		ownership_retry_at_once(c, g);
	if (said != peer->said)
		peer->since = c->now.mono;
	peer->said = said;
	peer->acked = acked;
	peer->epoch = epoch;
}

void ownership_forget_peer(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		c->groups[g].peer.said = PEER_UNSURE;
		c->groups[g].peer.acked = false;
		c->groups[g].conflict_logged = false;
	}
}

void ownership_doubt_goodbye(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].peer.said == PEER_LEAVING)
			ownership_peer_says(c, g, PEER_UNSURE, c->groups[g].peer.epoch, false);
}

/* What exec can report. */
enum report {
	STARTED, START_FAILED, START_DIRTY, STOPPED, STOP_FAILED, RESOURCE_FAILED, HINDERED, READY_AGAIN, REPORTS
};

/* The second table of ownership.h: what to do in each state, for each report of exec. */
enum answer { IGNORE, ERROR, TO_NONE, TO_HELD, TO_FAILED, TO_STUCK, TO_STOPPING, WITHDRAW, FORGET };

static const enum answer answers[OWN_STATES][REPORTS] = {
	/*                 STARTED  START_FAILED START_DIRTY  STOPPED   STOP_FAILED  RESOURCE_FAILED HINDERED  READY */
	[OWN_UNKNOWN]  = { ERROR,   ERROR,       ERROR,       TO_NONE,  TO_STUCK,    IGNORE,         IGNORE,   IGNORE },
	[OWN_NONE]     = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       IGNORE,         IGNORE,   IGNORE },
	[OWN_CLAIM]    = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       IGNORE,         WITHDRAW, IGNORE },
	[OWN_STARTING] = { TO_HELD, TO_FAILED,   TO_STUCK,    ERROR,    ERROR,       IGNORE,         IGNORE,   IGNORE },
	[OWN_HELD]     = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       TO_STOPPING,    IGNORE,   IGNORE },
	[OWN_GIVING]   = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       TO_STOPPING,    IGNORE,   IGNORE },
	[OWN_STOPPING] = { ERROR,   ERROR,       ERROR,       TO_NONE,  TO_STUCK,    IGNORE,         IGNORE,   IGNORE },
	[OWN_FAILED]   = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       IGNORE,         IGNORE,   FORGET },
	[OWN_STUCK]    = { ERROR,   ERROR,       ERROR,       ERROR,    ERROR,       IGNORE,         IGNORE,   IGNORE },
};

static void take_report(struct core *c, size_t g, enum report report, const char *why)
{
	struct group *group = &c->groups[g];
	enum answer answer = answers[group->state][report];
	if (answer == IGNORE)
		return;
	if (answer == ERROR) {
		core_log(c, LOG_LEVEL_ERROR, "Group %s: the end of a %s was reported in state %s; ignored",
			group_key(c, g), report < STOPPED ? "start" : "stop", group_state_name(group->state));
		return;
	}
	if (why)
		(void)snprintf(group->why, sizeof group->why, "%s", why);
	if (report == START_FAILED || report == START_DIRTY)
		group->failure = FAILURE_START;
	switch (answer) {
	case IGNORE:
	case ERROR:
		break;
	case TO_NONE:
		/* with NONE, its home would start it again and again, and the other node would not try it */
		if (group->failure != FAILURE_NONE)
			group_set_state(c, g, OWN_FAILED,
				group->failure == FAILURE_START
					? "all its resources are stopped, after a start that failed"
					: "all its resources are stopped, after one of them failed");
		else
			group_set_state(c, g, OWN_NONE, why ? group->why : "all its resources are stopped");
		break;
	case TO_HELD:
		group_set_state(c, g, OWN_HELD, "all its resources run");
		break;
	case TO_FAILED:
		group_set_state(c, g, OWN_FAILED, group->why);
		break;
	case TO_STUCK:
		group_set_state(c, g, OWN_STUCK, group->why);
		break;
	case TO_STOPPING:
		group->failure = FAILURE_RUN;
		if (!mono_is_never(group->started) &&
			mono_since(c->now.mono, group->started).ns < span_ms(STEADY_MS).ns)
			group->attempts = group->relapses;
		core_log(c, LOG_LEVEL_ERROR,
			"Group %s has failed here (%s): it is released, and the other node is asked to run it",
			group_key(c, g), group->why);
		group_set_state(c, g, OWN_STOPPING, "a resource of it failed");
		break;
	case WITHDRAW:
		if (group->asked || c->dialect->tells_hindrance)
			group_set_state(c, g, OWN_NONE, "its start would fail here");
		break;
	case FORGET:
		if (!group->failed_hindered)
			break;
		group->attempts = group->relapses = 0;
		group->why[0] = 0;
		group_set_state(c, g, OWN_NONE, "what hindered it here is over");
		break;
	}
}

void ownership_group_done(
	struct core *c, size_t g, enum group_operation op, bool ok, bool still_active, const char *why)
{
	const char *reason = ok ? NULL : why ? why : "no reason given";
	if (op == GROUP_START)
		take_report(c, g, ok ? STARTED : still_active ? START_DIRTY : START_FAILED, reason);
	else /* a stop script may report a failure although nothing runs any more; only still_active counts */
		take_report(c, g, !ok && still_active ? STOP_FAILED : STOPPED, reason);
}

void ownership_group_failed(struct core *c, size_t g, const char *why)
{
	take_report(c, g, RESOURCE_FAILED, why ? why : "no reason given");
}

void ownership_group_clean(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	group->attempts = group->relapses = 0;
	if (group->state == OWN_FAILED) {
		group->why[0] = 0;
		group_set_state(c, g, OWN_NONE, "an operator has repaired it");
	} else if (group->state == OWN_STUCK)
		group_set_state(c, g, OWN_STOPPING, "an operator asks to stop it again");
}

static void log_hindrance(struct core *c, size_t g)
{
	const struct group *group = &c->groups[g];
	if (group->state == OWN_HELD || group->state == OWN_GIVING)
		core_log(c, LOG_LEVEL_CRIT,
			"Group %s runs here, but %s: the other node is asked to run it, if it is heard and can", group_key(c, g),
			group->hindrance);
	else
		core_log(c, LOG_LEVEL_WARN, "Group %s cannot run here: %s", group_key(c, g), group->hindrance);
}

void ownership_group_ready(struct core *c, size_t g, bool ready, const char *why)
{
	struct group *group = &c->groups[g];
	bool was_ready = !group_is_hindered(group);
	(void)snprintf(group->hindrance, sizeof group->hindrance, "%s", ready ? "" : why && *why ? why : "no reason given");
	if (ready == was_ready)
		return;
	beat_soon(c); /* the peer may have to act on this */
	if (!ready) {
		group->hindered_at = c->now.mono;
		log_hindrance(c, g);
		take_report(c, g, HINDERED, NULL);
		return;
	}
	core_log(c, LOG_LEVEL_INFO, "Group %s: what hindered it here is over", group_key(c, g));
	take_report(c, g, READY_AGAIN, NULL);
}

/* When both nodes offer a group to each other at the same moment, each node ignores the offer of the other.  One node
 * must wait longer than the other, or they would repeat this permanently (seed 757 of the profile classic). */
static int64_t offer_again_ms(const struct core *c)
{
	return strcmp(c->nodes[c->self].name, c->nodes[c->peer].name) < 0 ? 1000 : 5000;
}

void ownership_tick(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		struct group *group = &c->groups[g];
		if (!mono_reached(c->now.mono, group->deadline))
			continue;
		switch (group->state) {
		case OWN_CLAIM:
			/* the peer is stopping the group; its stop scripts have their own deadlines */
			if (ownership_column(c, g) == PEER_STOPPING) {
				group->deadline = mono_add(c->now.mono, span_ms(ASK_MS));
				break;
			}
			group_set_state(c, g, OWN_NONE, "the other node did not answer our request");
			break;
		case OWN_GIVING:
			core_log(c, LOG_LEVEL_WARN, "No reply to standby request.  Standby request cancelled.");
			group_set_state(c, g, OWN_HELD, "the other node did not answer our offer");
			group->deadline = mono_add(c->now.mono, span_ms(offer_again_ms(c)));
			break;
		case OWN_HELD:
			group->deadline = MONO_FAR; /* the group may be offered again */
			break;
		case OWN_STUCK:
			group_set_state(c, g, OWN_STOPPING, "trying to stop it again");
			break;
		case OWN_FAILED: /* RETRY of the first table uses this deadline */
			break;
		default:
			group->deadline = MONO_FAR;
			break;
		}
	}
}

struct mono ownership_deadline(const struct core *c)
{
	struct mono next = MONO_FAR;
	for (size_t g = 0; g < c->group_count; g++) {
		const struct group *group = &c->groups[g];
		/* A retry whose deadline has passed waits for a change of the column, not for the clock. */
		if (group->state != OWN_FAILED || !mono_reached(c->now.mono, group->deadline))
			next = mono_min(next, group->deadline);
		if (group->state != OWN_HELD || !group_is_hindered(group) || group->peer.said != PEER_NONE)
			continue;
		struct mono able = group_able_at(group);
		if (!mono_reached(c->now.mono, able))
			next = mono_min(next, able);
	}
	return next;
}

void ownership_release_all(struct core *c, const char *reason)
{
	for (size_t g = 0; g < c->group_count; g++) {
		enum group_state s = c->groups[g].state;
		if (s == OWN_STARTING || s == OWN_HELD || s == OWN_GIVING || s == OWN_STUCK)
			group_set_state(c, g, OWN_STOPPING, reason);
		else if (s == OWN_CLAIM)
			group_set_state(c, g, OWN_NONE, reason);
	}
}

void ownership_peer_returned(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		c->groups[g].was_there_too = true;
}

void ownership_home_returned(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		struct group *group = &c->groups[g];
		if (group->mine || group->failback_due || !ownership_is_active(group->state))
			continue;
		group->failback_due = true;
		action_holdings(c);
	}
}

void ownership_give(struct core *c, size_t g, const char *reason)
{
	if (c->groups[g].state != OWN_HELD)
		return;
	c->groups[g].was_due = c->groups[g].failback_due;
	c->groups[g].failback_due = false;
	group_set_state(c, g, OWN_GIVING, reason);
}

void ownership_ask(struct core *c, size_t g, const char *reason)
{
	struct group *group = &c->groups[g];
	if ((group->state != OWN_NONE && group->state != OWN_FAILED) || group_is_hindered(group))
		return; /* the peer would stop the group, and the start would fail here */
	group->attempts = 0;
	group->asked = true;
	group_set_state(c, g, OWN_CLAIM, reason);
}

/* --- summaries --- */

bool ownership_in_half(const struct core *c, size_t g, enum half half)
{
	return half & (c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN);
}

bool ownership_all_released(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (ownership_is_active(c->groups[g].state))
			return false;
	return true;
}

size_t ownership_has(const struct core *c)
{
	size_t has = 0;
	for (size_t g = 0; g < c->group_count; g++)
		has += ownership_is_active(c->groups[g].state);
	return has;
}

size_t ownership_peer_has(const struct core *c)
{
	size_t has = 0;
	for (size_t g = 0; g < c->group_count; g++)
		has += c->groups[g].peer.said >= PEER_STARTING;
	return has;
}

bool ownership_moving(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		enum group_state s = c->groups[g].state;
		if (s == OWN_UNKNOWN || s == OWN_CLAIM || s == OWN_STARTING || s == OWN_GIVING || s == OWN_STOPPING)
			return true;
	}
	return false;
}
