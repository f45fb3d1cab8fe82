// SPDX-License-Identifier: MIT
/* The table of ownership.h, filled cell by cell, and the one place where a group changes its state. */
#include "heartbeat/core/ownership.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/state.h"

enum verdict {
	STAY,
	START,         /* at once: nobody else can have it */
	CLAIM,         /* say that we mean to start it */
	CLAIM_HOME,    /* the same, if its home is here */
	START_ACKED,   /* start if the peer answered our claim */
	TIE,
	ASKED,         /* keep asking, or withdraw if nobody asked */
	WITHDRAW,
	CONFLICT,
	RELEASE,
	FAILBACK,      /* offer it to its home, if that is due */
	CANCEL,        /* keep it after all */
	RETRY,         /* start again, if attempts are left and the time has come */
	RETRY_HOME,
};

/* Columns in the order of enum peer_column. */
static const enum verdict table[OWN_STATES][PEER_COLUMNS] = {
	/*                 AWAY    UNSURE  NONE         LEAVING      FAILED       CLAIM    ASK      STARTING  HELD      GIVING    STOPPING STUCK */
	[OWN_UNKNOWN]  = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
	[OWN_NONE]     = { START,  STAY,   CLAIM_HOME,  CLAIM,       CLAIM,       STAY,    STAY,    STAY,     STAY,     CLAIM,    STAY,    STAY },
	[OWN_CLAIM]    = { START,  STAY,   START_ACKED, START_ACKED, START_ACKED, TIE,     TIE,     ASKED,    ASKED,    STAY,     STAY,    WITHDRAW },
	[OWN_STARTING] = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    CONFLICT, CONFLICT, STAY,     STAY,    STAY },
	[OWN_HELD]     = { STAY,   STAY,   FAILBACK,    STAY,        STAY,        STAY,    RELEASE, CONFLICT, CONFLICT, STAY,     STAY,    STAY },
	[OWN_GIVING]   = { CANCEL, CANCEL, STAY,        CANCEL,      CANCEL,      RELEASE, RELEASE, CONFLICT, CONFLICT, STAY,     STAY,    CANCEL },
	[OWN_STOPPING] = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
	[OWN_FAILED]   = { RETRY,  STAY,   STAY,        RETRY,       RETRY_HOME,  STAY,    STAY,    STAY,     STAY,     CLAIM,    STAY,    STAY },
	[OWN_STUCK]    = { STAY,   STAY,   STAY,        STAY,        STAY,        STAY,    STAY,    STAY,     STAY,     STAY,     STAY,    STAY },
};

/* Legal moves of our side; anything else is a bug of ours. */
static const unsigned legal[OWN_STATES] = {
	[OWN_UNKNOWN]  = 1u << OWN_NONE | 1u << OWN_STUCK | 1u << OWN_HELD | 1u << OWN_STOPPING,
	[OWN_NONE]     = 1u << OWN_CLAIM | 1u << OWN_STARTING,
	[OWN_CLAIM]    = 1u << OWN_NONE | 1u << OWN_STARTING,
	[OWN_STARTING] = 1u << OWN_HELD | 1u << OWN_FAILED | 1u << OWN_STUCK | 1u << OWN_STOPPING,
	[OWN_HELD]     = 1u << OWN_GIVING | 1u << OWN_STOPPING,
	[OWN_GIVING]   = 1u << OWN_HELD | 1u << OWN_STOPPING,
	[OWN_STOPPING] = 1u << OWN_NONE | 1u << OWN_STUCK,
	[OWN_FAILED]   = 1u << OWN_CLAIM | 1u << OWN_STARTING,
	[OWN_STUCK]    = 1u << OWN_STOPPING,
};

static const char *const state_names[OWN_STATES] = {"unknown", "none", "claim", "starting", "held", "giving", "stopping", "failed", "stuck"};
static const char *const column_names[PEER_COLUMNS] = {"away", "unsure", "none", "leaving", "failed", "claims it", "asks for it",
                                                       "starting", "held", "giving", "stopping", "stuck"};

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
	return s == OWN_UNKNOWN || s == OWN_STARTING || s == OWN_HELD || s == OWN_GIVING || s == OWN_STOPPING || s == OWN_STUCK;
}

static const char *group_key(const struct core *c, size_t g)
{
	return c->resources->groups[g].key;
}

static const char *peer_name(const struct core *c)
{
	return c->peer == c->self ? "(no peer)" : c->nodes[c->peer].name;
}

enum peer_column ownership_column(const struct core *c, size_t g)
{
	if (c->phase < PHASE_ACTIVE)
		return PEER_UNSURE;
	if (c->peer == c->self)
		return PEER_AWAY;
	if (c->nodes[c->peer].status != NODE_DEAD)
		return c->groups[g].peer.said;
	/* No proof, no takeover: after a stall of our own, and where fencing is configured.  spec: fencing R1, R5 */
	if (!mono_reached(c->now.mono, c->believe_after))
		return PEER_UNSURE;
	return c->peer_left || !c->fencing || c->peer_fenced ? PEER_AWAY : PEER_UNSURE;
}

static void entry_failed(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	group->attempts++;
	bool again = group->attempts < START_ATTEMPTS;
	group->deadline = again ? mono_add(c->now.mono, span_ms(RETRY_MS)) : MONO_FAR;
	core_log(c, LOG_LEVEL_CRIT, "Giving up resources of group %s: start failed here (%s), try %u of %d. %s", group_key(c, g), group->why,
	         group->attempts, (int)START_ATTEMPTS,
	         again ? "The other node is asked to run it; if it cannot, we try again in 30 s."
	               : "No further try here before hb_takeover, hb_standby on the other node, or a restart.");
}

static void entry_stuck(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	group->deadline = mono_add(c->now.mono, span_ms(RETRY_MS));
	core_log(c, LOG_LEVEL_CRIT, "Resource STOP failure: group %s may still run here (%s). It is not given to %s; stopping is tried again in 30 s.",
	         group_key(c, g), group->why, peer_name(c));
}

/* The one place where a group changes its state. */
static void group_set_state(struct core *c, size_t g, enum group_state to, const char *reason)
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
	c->beat_due = true;
	if (from == OWN_GIVING && to == OWN_HELD)
		group->failback_due = group->was_due;
	if (to == OWN_STARTING) /* a new ownership: newer than any that either side has seen */
		group->epoch = (group->epoch > group->peer.epoch ? group->epoch : group->peer.epoch) + 1;
	core_log(c, LOG_LEVEL_INFO, "Group %s: %s -> %s: %s [%s: %s, epoch %llu]", group_key(c, g), group_state_name(from), group_state_name(to),
	         reason, peer_name(c), peer_column_name(column), (unsigned long long)group->epoch);
	/* Written down before anything begins: an engine killed in the middle must not be believed to hold it whole. */
	action_add(c, ACTION_HOLDINGS);
	switch (to) {
	case OWN_STARTING:
		action_add(c, ACTION_GROUP_START)->group.group = g;
		break;
	case OWN_STOPPING:
		action_add(c, ACTION_GROUP_STOP)->group.group = g;
		break;
	case OWN_FAILED:
		entry_failed(c, g);
		break;
	case OWN_STUCK:
		entry_stuck(c, g);
		break;
	case OWN_HELD:
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

/* --- the answers to the question marks of the table --- */

static bool digests_differ(const struct core *c)
{
	return c->native.digest && c->native.digest != c->resources->digest;
}

/* Both sides must come to opposite answers, whatever their files say. */
static bool tie_is_ours(const struct core *c, size_t g, bool they_ask)
{
	const struct group *group = &c->groups[g];
	if (group->asked != they_ask)
		return group->asked;
	if (digests_differ(c))
		return strcmp(c->node_name, peer_name(c)) < 0;
	return group->mine;
}

static bool home_is_here(const struct core *c, size_t g)
{
	/* When the files differ, each may believe that the other is the home: then the lower name steps forward. */
	return digests_differ(c) ? strcmp(c->node_name, peer_name(c)) < 0 : c->groups[g].mine;
}

static bool conflict_is_ours(const struct core *c, size_t g)
{
	const struct group *group = &c->groups[g];
	if (group->epoch != group->peer.epoch)
		return group->epoch > group->peer.epoch;
	return tie_is_ours(c, g, false);
}

static bool may_start(const struct core *c)
{
	return c->phase == PHASE_ACTIVE;
}

static void start(struct core *c, size_t g, const char *reason)
{
	struct group *group = &c->groups[g];
	enum peer_column column = ownership_column(c, g);
	group->failback_due = !group->mine && (column == PEER_AWAY || column == PEER_LEAVING || group->claimed_from == PEER_LEAVING);
	group_set_state(c, g, OWN_STARTING, reason);
}

static void conflict(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	bool ours = conflict_is_ours(c, g);
	if (!group->conflict_logged)
		core_log(c, LOG_LEVEL_CRIT, "Both machines own group %s: our epoch is %llu, that of %s is %llu; %s", group_key(c, g),
		         (unsigned long long)group->epoch, peer_name(c), (unsigned long long)group->peer.epoch,
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
	return c->conf->failback != FAILBACK_OFF && c->groups[g].failback_due && !c->groups[g].mine && may_start(c) &&
	       c->nodes[c->peer].status == NODE_ACTIVE;
}

static bool retry_now(const struct core *c, const struct group *group)
{
	return may_start(c) && group->attempts < START_ATTEMPTS && mono_reached(c->now.mono, group->deadline);
}

static void claim(struct core *c, size_t g, const char *reason)
{
	if (!may_start(c))
		return;
	c->groups[g].claimed_from = ownership_column(c, g);
	group_set_state(c, g, OWN_CLAIM, reason);
}

/* The reference's words, R from the giver's viewpoint: monitoring greps them (spec: cli 8, texts 10, 15, 16). */
static void log_acquisition(struct core *c, const struct group *group, enum peer_column column)
{
	const char *half = half_name(group->mine ? HALF_FOREIGN : HALF_LOCAL);
	if (column == PEER_GIVING) {
		core_log(c, LOG_LEVEL_INFO, "%s wants to go standby [%s]", peer_name(c), half);
		core_log(c, LOG_LEVEL_INFO, "standby: acquire [%s] resources from %s", half, peer_name(c));
	} else if (column == PEER_LEAVING) {
		core_log(c, LOG_LEVEL_INFO, "Resources being acquired from %s.", peer_name(c));
	}
}

/* One cell of the table. */
static void apply(struct core *c, size_t g, enum peer_column column)
{
	struct group *group = &c->groups[g];
	switch (table[group->state][column]) {
	case STAY:
		break;
	case START:
		if (may_start(c))
			start(c, g, c->peer == c->self ? "there is no other node" : "the other node is away");
		break;
	case CLAIM:
		log_acquisition(c, group, column);
		claim(c, g, column == PEER_GIVING ? "the other node offers it" : column == PEER_FAILED ? "the other node failed to start it" : "the other node leaves");
		break;
	case CLAIM_HOME:
		if (home_is_here(c, g))
			claim(c, g, "its home is here and nobody runs it");
		break;
	case START_ACKED:
		if (may_start(c) && c->dialect->acknowledged(c, g))
			start(c, g, "the other node says it does not run it");
		break;
	case TIE:
		if (!tie_is_ours(c, g, column == PEER_ASK))
			group_set_state(c, g, OWN_NONE, "the other node claims it too and goes first");
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
		core_log(c, LOG_LEVEL_INFO, "standby: %s can take our %s resources", peer_name(c), half_name(group->mine ? HALF_LOCAL : HALF_FOREIGN));
		group_set_state(c, g, OWN_STOPPING, group->state == OWN_GIVING ? "the other node takes it" : "an operator on the other node asks for it");
		break;
	case FAILBACK:
		if (failback_wanted(c, g))
			(void)ownership_give(c, g, "its home is back (auto_failback)");
		break;
	case CANCEL:
		group_set_state(c, g, OWN_HELD, "the other node cannot take it");
		break;
	case RETRY_HOME:
		if (!home_is_here(c, g))
			break;
		/* fall through */
	case RETRY:
		if (retry_now(c, group)) {
			if (column == PEER_AWAY)
				start(c, g, "trying again");
			else
				claim(c, g, "trying again");
		}
		break;
	}
}

void ownership_settle(struct core *c)
{
	/* Each pass can move a group one cell on; the longest walk through the table has no more steps than it has states. */
	for (unsigned pass = 0; pass < OWN_STATES; pass++) {
		bool changed = false;
		for (size_t g = 0; g < c->group_count; g++) {
			enum group_state before = c->groups[g].state;
			apply(c, g, ownership_column(c, g));
			changed |= c->groups[g].state != before;
		}
		if (!changed)
			break;
	}
	/* A retry whose time has come but which the column forbids: look again later, or the loop would spin. */
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_FAILED && mono_reached(c->now.mono, c->groups[g].deadline))
			c->groups[g].deadline = mono_add(c->now.mono, span_ms(RETRY_MS));
}

/* --- facts --- */

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
			group->state = adopted[i].clean_up ? OWN_UNKNOWN : OWN_HELD;
			if (adopted[i].clean_up)
				action_add(c, ACTION_GROUP_STOP)->group.group = g;
			core_log(c, LOG_LEVEL_WARN, "Group %s was left by an earlier life of this daemon: %s", group_key(c, g),
			         adopted[i].clean_up ? "it is stopped before we join" : "it goes on running here");
			action_add(c, ACTION_HOLDINGS);
		}
	}
}

void ownership_left_alone(struct core *c, size_t g)
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
		ownership_left_alone(c, g);
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

void ownership_group_done(struct core *c, size_t g, enum group_operation op, bool ok, bool still_active, const char *why)
{
	struct group *group = &c->groups[g];
	enum group_state expected = op == GROUP_START ? OWN_STARTING : OWN_STOPPING;
	if (group->state != expected && !(op == GROUP_STOP && group->state == OWN_UNKNOWN)) {
		core_log(c, LOG_LEVEL_ERROR, "Group %s: the end of a %s was reported in state %s; ignored", group_key(c, g),
		         op == GROUP_START ? "start" : "stop", group_state_name(group->state));
		return;
	}
	if (!ok)
		(void)snprintf(group->why, sizeof group->why, "%s", why ? why : "no reason given");
	if (ok)
		group_set_state(c, g, op == GROUP_START ? OWN_HELD : OWN_NONE, op == GROUP_START ? "all its resources run" : "all its resources are stopped");
	else
		group_set_state(c, g, still_active ? OWN_STUCK : op == GROUP_START ? OWN_FAILED : OWN_NONE, group->why);
}

void ownership_tick(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++) {
		struct group *group = &c->groups[g];
		if (!mono_reached(c->now.mono, group->deadline))
			continue;
		switch (group->state) {
		case OWN_CLAIM:
			if (ownership_column(c, g) == PEER_STOPPING) { /* it obeys; stop scripts have their own deadlines */
				group->deadline = mono_add(c->now.mono, span_ms(ASK_MS));
				break;
			}
			group_set_state(c, g, OWN_NONE, "the other node did not answer our request");
			break;
		case OWN_GIVING:
			core_log(c, LOG_LEVEL_WARN, "No reply to standby request.  Standby request cancelled.");
			group_set_state(c, g, OWN_HELD, "the other node did not answer our offer");
			break;
		case OWN_STUCK:
			group_set_state(c, g, OWN_STOPPING, "trying to stop it again");
			break;
		case OWN_FAILED: /* the table's retry */
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
	for (size_t g = 0; g < c->group_count; g++)
		next = mono_min(next, c->groups[g].deadline);
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

void ownership_home_returned(struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (!c->groups[g].mine && ownership_is_active(c->groups[g].state))
			c->groups[g].failback_due = true;
}

bool ownership_give(struct core *c, size_t g, const char *reason)
{
	if (c->groups[g].state != OWN_HELD)
		return c->groups[g].state == OWN_GIVING;
	c->groups[g].was_due = c->groups[g].failback_due;
	c->groups[g].failback_due = false;
	group_set_state(c, g, OWN_GIVING, reason);
	return true;
}

bool ownership_ask(struct core *c, size_t g)
{
	struct group *group = &c->groups[g];
	if (group->state != OWN_NONE && group->state != OWN_FAILED)
		return false;
	group->attempts = 0;
	group->asked = true;
	group->claimed_from = PEER_UNSURE;
	group_set_state(c, g, OWN_CLAIM, "an operator asks for it here");
	return true;
}

/* --- summaries --- */

bool ownership_in_half(const struct core *c, size_t g, enum half half)
{
	return half & (c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN);
}

enum half half_mirror(enum half h)
{
	return h == HALF_LOCAL ? HALF_FOREIGN : h == HALF_FOREIGN ? HALF_LOCAL : h;
}

bool ownership_all_released(const struct core *c)
{
	for (size_t g = 0; g < c->group_count; g++)
		if (ownership_is_active(c->groups[g].state))
			return false;
	return true;
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

enum half ownership_halves(const struct core *c)
{
	enum half with_groups = HALF_NONE, held = HALF_NONE;
	for (size_t g = 0; g < c->group_count; g++) {
		enum half h = c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN;
		with_groups |= h;
		if (ownership_is_active(c->groups[g].state))
			held |= h;
	}
	return held | (c->empty_held & ~with_groups);
}
