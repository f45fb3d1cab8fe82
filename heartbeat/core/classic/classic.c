// SPDX-License-Identifier: MIT
/* The classic dialect: starting, resource and ask_resources of Heartbeat 3.0.6, translated into the facts of
 * ownership.h and back.  doc/protocol.md 7.2, 7.4, 7.5, 7.8 (the state tables are there; ours follow them).
 *
 *  start-up   INIT -joined: send starting-> STARTING -peer's starting: report-> BOTHSTARTING
 *             STARTING, BOTHSTARTING -any resource-> RSCRCVD -10 s, peer's resource isstable=1, or none at all (ours)->
 *             STABLE
 *  standby    in standby.c
 *
 * What the peer is taken to say about a group:
 *             not STABLE, or nothing heard: UNSURE      said shutdone: AWAY
 *             OTHER: GIVING   TAKING: GIVING until claimed, then NONE   ACCEPTED, DONE: CLAIM (for the groups of R)
 *             else: HELD if its rsc_hold covers it, NONE otherwise */
#include "heartbeat/core/classic/classic.h"

#include "heartbeat/core/moves.h"
#include "heartbeat/core/outbox.h"
#include "heartbeat/core/state.h"

enum { ASK_AGAIN_MS = 2000, LEAVING_MS = 60000, TAKEOVER_AGAIN_MS = 4000, HOME_MS = 10000 };

static void become_stable(struct core *c, const char *reason)
{
	struct classic *k = &c->classic;
	if (k->state == CLASSIC_STABLE)
		return;
	/* First isstable=0, as 3.0.6 does: one that took over while it started calls us stable unasked, and only sees
	 * us become so, and gives our groups back, when it has heard the opposite (tests/interop join_states). */
	classic_report(c, NULL);
	k->state = CLASSIC_STABLE;
	k->must_report = true;
	if (!(k->other_holds & HALF_FOREIGN))
		halves_add(c, HALF_LOCAL);
	if (c->conf->failback == FAILBACK_ON)
		k->home_at = mono_add(c->now.mono, span_ms(HOME_MS));
	core_log(c, LOG_LEVEL_INFO, "local resource transition completed.");
	core_log(c, LOG_LEVEL_INFO, "Initial resource acquisition complete (%s)", reason);
}

/* --- what is heard --- */

static void hear_starting(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	uint64_t seq = 0;
	k->peer_starting = true;
	if (k->state == CLASSIC_INIT)
		return;
	/* One that was overtaken by the report that followed it wants an answer, and is no news. */
	if (message_number(m, "seq", 16, &seq) && seq > k->report_seq)
		k->other_stable = false;
	classic_report(c, NULL);
	/* It was not ready for ours, or it would have answered: ask again, now that it is. */
	if (!k->other_known && k->state != CLASSIC_STABLE)
		k->ask_at = c->now.mono;
}

static void hear_resource(struct core *c, const struct message *m)
{
	struct classic *k = &c->classic;
	enum half holds;
	if (!half_parse(message_string(m, "rsc_hold"), &holds) || !mono_reached(c->now.mono, k->reports_not_before))
		return;
	k->ask_at = MONO_FAR;
	/* Said when 3.0.6 *begins* to release (seen: its address was up for another 0.3 s); released is what "shutdone"
	 * says. */
	bool still_releasing = message_is(m, "info", "shutdown");
	/* the first that we hear of it must not count as "nothing" (plan classic-first-word-is-leaving) */
	if (!still_releasing) {
		k->other_holds = message_is(m, "rtype", "full") || holds == HALF_NONE ? holds : k->other_holds | holds;
		k->other_known = true;
	}
	classic_move_starter_on(c);
	/* It starts like us, has answered our "starting", and has nothing: there is nothing to wait for.  Our
	 * isstable=1 ends its own 10 s, too.  One that was there before us, has nothing and moves is leaving (seen: it
	 * had said so before we came, and its scripts still released): "shutdone", isstable=1 or its death tells the
	 * end of that. */
	if (k->state == CLASSIC_RSCRCVD && message_is(m, "rtype", "full") && holds == HALF_NONE && !still_releasing)
		k->acquire_at = k->peer_starting ? c->now.mono : mono_add(c->now.mono, span_ms(LEAVING_MS));
	if (message_is(m, "isstable", "0"))
		k->other_stable = false;
	if (!message_is(m, "isstable", "1"))
		return;
	standby_hear_report(c);
	if (!k->other_stable) {
		core_log(c, LOG_LEVEL_INFO, "remote resource transition completed.");
		k->other_stable = true;
		k->must_report = true;
	}
	if (k->state != CLASSIC_INIT)
		become_stable(c, "T_RESOURCES(them)");
}

/* The peer's operator wants what we have: 3.0.6 makes the other side go standby with the halves exchanged. */
static void hear_takeover(struct core *c, const struct message *m)
{
	enum half half;
	if (!half_parse(message_string(m, "rsc_hold"), &half))
		half = HALF_ALL;
	move_begin(c, false, half_mirror(half), 0, NULL);
}

static void hear_shutdone(struct core *c)
{
	if (!classic_hear_shutdone(c))
		return;
	c->classic.other_holds = HALF_NONE;
	c->classic.state = CLASSIC_STABLE;
	standby_set(c, STANDBY_NOT, 0);
}

/* Reports are full: one that was lost and sent again must not undo a later one.  Only reports are put in order: 3.0.6
 * sends its report before the "done" that has the lower number (doc/protocol.md 5.5). */
static bool is_outdated(struct core *c, const struct message *m)
{
	uint64_t seq = 0;
	if (!message_is(m, "t", "resource") || !message_number(m, "seq", 16, &seq))
		return false;
	if (seq < c->classic.report_seq)
		return true;
	/* Sent again, and a later one may be missing too: ask what is true now (plan
	 * classic-resent-before-the-rest). */
	if (sequence_missing_after(&node_peer(c)->sequence, seq)) {
		c->classic.ask_at = mono_min(c->classic.ask_at, c->now.mono);
		return true;
	}
	c->classic.report_seq = seq;
	return false;
}

static void classic_message(struct core *c, const struct message *m)
{
	if (message_is(m, "t", "repnodes"))
		classic_hear_nodes(c);
	if (c->phase < PHASE_ACTIVE) /* not acted on before comm is up: doc/protocol.md 6.3 */
		return;
	if (is_outdated(c, m))
		return;
	if (message_is(m, "t", "shutdone"))
		hear_shutdone(c);
	else if (message_is(m, "t", "starting"))
		hear_starting(c, m);
	else if (message_is(m, "t", "resource"))
		hear_resource(c, m);
	else if (message_is(m, "t", "ask_resources"))
		standby_hear(c, m);
	else if (message_is(m, "t", "hb_takeover"))
		hear_takeover(c, m);
}

/* --- what it means for each group --- */

static enum peer_column column_of(const struct core *c, size_t g)
{
	const struct classic *k = &c->classic;
	if (c->peer_left)
		return PEER_AWAY;
	if (k->state != CLASSIC_STABLE || !k->other_known)
		return PEER_UNSURE;
	bool given = ownership_in_half(c, g, k->standby_half),
	     taken = ownership_in_half(c, g, half_mirror(k->standby_half));
	switch (k->standby) {
	case STANDBY_ACCEPTED:
	case STANDBY_DONE:
		if (given)
			return PEER_CLAIM;
		break;
	case STANDBY_OTHER:
		/* what we have ourselves (two owners) is not taken, and it is on its way out there: nothing to
		 * settle */
		if (taken)
			return c->groups[g].state == OWN_STARTING || c->groups[g].state == OWN_HELD ? PEER_UNSURE
			                                                                            : PEER_GIVING;
		break;
	case STANDBY_TAKING: /* claimed while it was offered; or, when we did not know the peer then, only now */
		if (taken)
			return c->groups[g].state == OWN_NONE ? PEER_GIVING : PEER_NONE;
		break;
	default:
		break;
	}
	if (!ownership_in_half(c, g, half_mirror(k->other_holds)))
		return PEER_NONE;
	/* Not at rest: it may be cleaning up what an earlier life left, and that is no reason to give way. */
	bool ours = c->groups[g].state == OWN_HELD || c->groups[g].state == OWN_STARTING;
	return ours && !k->other_stable ? PEER_UNSURE : PEER_HELD;
}

/* --- what is to be said --- */

static void publish_asks(struct core *c)
{
	struct classic *k = &c->classic;
	enum half half = HALF_NONE;
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_CLAIM && c->groups[g].asked)
			half |= c->groups[g].mine ? HALF_LOCAL : HALF_FOREIGN;
	/* 3.0.6 can lose it: its own script writes the order to its FIFO in pieces (seen: "Message with zero
	 * fields"). */
	bool lost = k->standby == STANDBY_NOT && mono_reached(c->now.mono, k->takeover_again);
	if (half == HALF_NONE)
		k->takeover_again = MONO_FAR;
	if (half != HALF_NONE && (!k->takeover_asked || lost)) {
		k->takeover_again = mono_add(c->now.mono, span_ms(TAKEOVER_AGAIN_MS));
		struct message *m = outbox_begin(c, "hb_takeover");
		message_add(m, "rsc_hold", half_name(half));
		outbox_send(c, m, NULL);
	}
	k->takeover_asked = half != HALF_NONE;
}

static void publish_leaving(struct core *c)
{
	struct classic *k = &c->classic;
	if (!k->leaving_said)
		classic_report(c, "shutdown");
	else if (!k->released_said && ownership_all_released(c))
		classic_report(c, "shutdown");
	k->released_said = ownership_all_released(c);
	k->leaving_said = true;
}

static bool classic_at_rest(const struct core *c);

/* A 3.0.6 gives our groups back when it sees us become stable.  One that sees that in the last moment of its own
 * takeover ("T_STARTING received during takeover") has nothing yet to give, and never thinks of it again: it is asked,
 * once, when it is at rest with them. */
static void ask_for_home(struct core *c)
{
	struct classic *k = &c->classic;
	bool done = (halves_held(c) & HALF_LOCAL) != 0 || c->conf->failback != FAILBACK_ON;
	for (size_t g = 0; g < c->group_count; g++)
		/* it has come home, and could not stay */
		done |= c->groups[g].mine && c->groups[g].state == OWN_FAILED;
	k->home_at = done ? MONO_FAR : mono_add(c->now.mono, span_ms(HOME_MS));
	if (done || k->state != CLASSIC_STABLE || !classic_at_rest(c) || !k->other_known ||
		!(k->other_holds & HALF_FOREIGN))
		return;
	core_log(c, LOG_LEVEL_INFO, "%s has not given back what is at home here: asking for it (auto_failback)",
		node_peer(c)->name);
	move_begin(c, true, HALF_LOCAL, 0, "it is at home here (auto_failback)");
}

static void classic_report_columns(struct core *c)
{
	struct classic *k = &c->classic;
	if (!classic_partner(c))
		return;
	if (mono_reached(c->now.mono, k->nudge_at)) {
		k->nudge_at = mono_add(c->now.mono, span_ms(FIRST_ANSWER_MS));
		k->ask_at = mono_min(k->ask_at, c->now.mono);
	}
	if (mono_reached(c->now.mono, k->ask_at)) {
		k->ask_at = mono_add(c->now.mono, span_ms(ASK_AGAIN_MS));
		outbox_send(c, outbox_begin(c, "starting"), NULL);
	}
	if (k->state == CLASSIC_RSCRCVD && mono_reached(c->now.mono, k->acquire_at))
		become_stable(c, "T_RESOURCES(us)");
	if (k->standby != STANDBY_NOT && mono_reached(c->now.mono, k->standby_deadline)) {
		core_log(c, LOG_LEVEL_WARN, "No reply to standby request.  Standby request cancelled.");
		k->other_stable = true;
		standby_set(c, STANDBY_NOT, 0);
	}
	if (c->phase == PHASE_ACTIVE && mono_reached(c->now.mono, k->home_at))
		ask_for_home(c);
	for (size_t g = 0; g < c->group_count; g++)
		ownership_peer_says(c, g, column_of(c, g), 0, true);
}

static void classic_publish(struct core *c)
{
	struct classic *k = &c->classic;
	const struct node *peer = node_peer(c);
	classic_publish_fencing(c);
	/* The peer is dead, perhaps only to us: it may still hear what we took. */
	if (peer && peer->status == NODE_DEAD && c->phase >= PHASE_ACTIVE && k->reported != halves_held(c))
		classic_report(c, "mach_down");
	if (!classic_partner(c))
		return;
	if (c->phase == PHASE_LEAVING) {
		publish_leaving(c);
		return;
	}
	standby_publish_giver(c);
	standby_publish_taker(c);
	publish_asks(c);
	bool wrong = k->must_report || k->reported != halves_held(c) || k->reported_stable == classic_is_cleaning_up(c);
	if (k->state == CLASSIC_STABLE && k->standby == STANDBY_NOT && wrong)
		classic_report(c, NULL);
}

static void classic_cluster_up(struct core *c)
{
	struct classic *k = &c->classic;
	if (k->state == CLASSIC_INIT) {
		outbox_send(c, outbox_begin(c, "starting"), NULL);
		k->state = CLASSIC_STARTING;
		k->ask_at = mono_add(c->now.mono, span_ms(ASK_AGAIN_MS));
		halves_set(c, HALF_NONE); /* decided with the acquisition */
		return;
	}
	/* What still lies in the sockets may be old: ask when it is drained. */
	k->ask_at = k->reports_not_before = mono_add(c->now.mono, (struct span){2 * c->conf->keepalive.ns});
}

static struct mono classic_deadline(const struct core *c)
{
	const struct classic *k = &c->classic;
	if (c->phase == PHASE_UP)
		return c->nodes[c->peer].heard && !k->nodes_answered ? k->next_reqnodes : MONO_FAR;
	if (c->nodes[c->peer].status == NODE_DEAD) /* nobody to say anything to: classic_publish */
		return MONO_FAR;
	struct mono next = mono_min(k->ask_at, k->nudge_at);
	if (k->standby != STANDBY_NOT)
		next = mono_min(next, k->standby_deadline);
	else if (c->phase == PHASE_ACTIVE)
		next = mono_min(next, k->takeover_again);
	if (c->phase == PHASE_ACTIVE)
		next = mono_min(next, k->home_at);
	if (k->state == CLASSIC_RSCRCVD)
		next = mono_min(next, k->acquire_at);
	for (size_t g = 0; g < c->group_count; g++)
		if (c->groups[g].state == OWN_FAILED && !mono_reached(c->now.mono, k->offer_after[g]))
			next = mono_min(next, k->offer_after[g]);
	return next;
}

/* We report halves: who holds a part of one is taken to hold it all (plan classic-half-of-a-half).  Not while it is on
 * its way out. */
static bool classic_peer_relies_on(const struct core *c, size_t g)
{
	bool held = false;
	if (c->classic.state != CLASSIC_STABLE || c->classic.standby != STANDBY_NOT)
		return false;
	for (size_t i = 0; i < c->group_count; i++) {
		if (c->groups[i].mine != c->groups[g].mine)
			continue;
		if (c->groups[i].state == OWN_STOPPING || c->groups[i].state == OWN_UNKNOWN)
			return false;
		held |= ownership_is_active(c->groups[i].state);
	}
	return held;
}

static bool classic_at_rest(const struct core *c)
{
	const struct classic *k = &c->classic;
	/* What is being stopped is reported as gone in that moment, and the peer may start it: no order can overtake
	 * that. */
	return classic_stops_nothing(c) && k->state == CLASSIC_STABLE && k->standby == STANDBY_NOT && k->other_stable;
}

static void classic_moved(struct core *c, bool takeover, enum half half)
{
	c->classic.home_at = MONO_FAR; /* an operator has decided */
	if (takeover)
		c->classic.takeover_asked = false;
	else
		c->classic.give_half |= half;
}

const struct dialect dialect_classic = {
	.proven = classic_proven,
	.prepare = classic_prepare,
	.is_prepared = classic_is_prepared,
	.cluster_up = classic_cluster_up,
	.forget = classic_forget,
	.hears = classic_status,
	.status = classic_status,
	.message = classic_message,
	.report = classic_report_columns,
	.publish = classic_publish,
	.deadline = classic_deadline,
	.acknowledged = classic_acknowledged,
	.may_leave = classic_may_leave,
	.peer_relies_on = classic_peer_relies_on,
	.takes_back = false,
	.at_rest = classic_at_rest,
	.moved = classic_moved,
};
